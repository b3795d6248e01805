"""What the two documents that the course is built on get wrong: `ERRATA`, by the ids that docstrings cite."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


__all__ = ["ERRATA", "Erratum"]


class Erratum(NamedTuple):
    """One error or gap of the slides.

    `severity` is 3 where it changes results, 2 where it teaches something false and 1 for a slip of the pen.
    """

    id: str
    severity: int
    heading: str
    printed: str
    correct: str
    evidence: str


def _errata(*rows: tuple[str, int, str, str, str, str]) -> Mapping[str, Erratum]:
    return MappingProxyType({row[0]: Erratum(*row) for row in rows})


# Headings are those of the slides; "Notes" are the second document. Every number is asserted by the test
# that carries the id.
ERRATA = _errata(
    (
        "E1", 1, "Moving averages",
        "(x_1 + ... + x_n) / n is called a moving average",
        "It is the running (cumulative) mean; a moving average forgets what has left its window.",
        "A level that jumps from 0 to 1 halfway: the mean of all ends at 0.5, that of any window behind the"
        " jump at 1.",
    ),
    (
        "E2", 1, "Moving averages",
        "The derivation divides by n - 1, also for n = 1, and leaves the first mean undefined.",
        "Any start will do: the first step has size 1 and overwrites it.",
        "The recursion gives the same means from every start.",
    ),
    (
        "E3", 2, "Weighted moving averages",
        "The mean converges with probability 1 if sum a_n diverges and sum a_n**2 converges.",
        "The conditions are sufficient, not necessary: for convergence in the mean square it is enough that"
        " sum a_n diverges (forgets the start) and a_n -> 0 (kills the noise).",
        "With a_n = n**-1/2 the spread keeps falling although the second sum diverges; with (n + 1)**-2 half"
        " of the start is never forgotten, a bias of -2.5 for a mean of 5.",
    ),
    (
        "E4", 2, "Weighted moving averages",
        "A constant step does not satisfy the second condition.",
        "Its bias vanishes and its variance settles at sigma**2 a / (2 - a), the price of tracking.",
        "0.333, 0.0526 and 0.0101 for a = 0.5, 0.1 and 0.02.",
    ),
    (
        "E5", 1, "Exponentially weighted moving average",
        "The limit of the average is written as a limit of sums that still contain x_n.",
        "The average has no limit, it goes on fluctuating; for large n the two sides are nearly equal.",
        "Observations 1, -1, 1, ... and beta = 0.9: the average goes on between 0.0526 and -0.0526; the two"
        " sides differ by the factor 1 - beta**n. The floor of its variance is E4.",
    ),
    (
        "E6", 2, "Exponentially weighted moving average",
        "mean_{n-1} = beta mean_{n-1} + (1 - beta) x_n",
        "mean_{n+1} = beta mean_n + (1 - beta) x_n",
        "The slide before it says so.",
    ),
    (
        "E7", 1, "Exponentially weighted moving average",
        "N = (1 + beta) / (1 - beta) amounts to 86% of the influence.",
        "N is exactly the effective sample size (sum w)**2 / sum w**2; the share of the last N observations"
        " is 1 - beta**N, at least 1 - exp(-2) = 0.8647.",
        "0.8649, 0.8647 and 0.875 for beta = 0.9, 0.98 and 0.5; 1 / (1 - beta) = 10 holds 0.6513 at 0.9.",
    ),
    (
        "E8", 2, "Bias correction",
        "The correction is said to correct the variance.",
        "It removes the bias and raises the standard deviation by the factor 1 / (1 - beta**t).",
        "First step, beta = 0.9, sigma = 1: mean squared error 20.3 falls to 1.0 for a mean of 5 and rises"
        " from 0.01 to 1.0 for a mean of 0.",
    ),
    (
        "E9", 2, "Bias correction",
        "mean_n / (1 - beta**t) has two indices.",
        "The exponent is the number of observations in the average.",
        "The corrected average of one observation is that observation.",
    ),
    (
        "E10", 3, "Bias correction II",
        "The correction can be ignored, since Keras does not implement it.",
        "Keras leaves it out of momentum, RMSprop and batch normalisation, not out of Adam.",
        "Adam without any correction takes steps (1 - beta1**t) / sqrt(1 - beta2**t) times too long: 3.16 at"
        " t = 1, 6.57 at t = 12, 1.26 at t = 1000.",
    ),
    (
        "E11", 1, "Bias correction II",
        "zeta is not defined.",
        "zeta = (1 - beta) sum beta**(n-i) (E x_i - E x_n): zero for a stationary process.",
        "For x_i = i and beta = 0.9 the corrected average lags by zeta / (1 - beta**n) -> -9.",
    ),
    (
        "E12", 2, "Gradient descent",
        "Gradient descent has high variance on an ill-conditioned problem.",
        "Without sampling nothing varies: it oscillates along the directions of high curvature.",
        "Curvature 100 and lr 0.0199: the sign flips at every step, the size shrinks by 0.99.",
    ),
    (
        "E13", 2, "RMSprop",
        "Gradients of high variance have large squared averages.",
        "The average follows E[g**2], the variance plus the square of the mean.",
        "A constant gradient of 10 and a random sign times 10 end with the same s = 100.",
    ),
    (
        "E14", 2, "Gradient descent with momentum",
        "The correction is usually not applied; the scale of the velocity is not mentioned.",
        "beta v + (1 - beta) dw with rate lr is beta v + dw with rate (1 - beta) lr.",
        "For beta = 0.9 the limit of stability of lr times curvature is 38.0 in the first form, 3.80 in the"
        " second.",
    ),
    (
        "E15", 3, "Adaptive moment estimation (Adam)",
        "w = w - lr v_corrected / sqrt(s + eps)",
        "w = w - lr v_corrected / sqrt(s_corrected + eps); line 6 computes what line 7 forgets.",
        "The printed step is 1 / sqrt(1 - beta2**t) times too long: 31.6, 10.0, 3.24 and 1.26 at t = 1, 10,"
        " 100 and 1000.",
    ),
    (
        "E16", 3, "RMSprop; Adaptive moment estimation (Adam)",
        "eps = 1e-8 stands inside the root.",
        "Inside, it bounds the divisor by sqrt(eps) = 1e-4; outside, by eps. Most libraries add it outside.",
        "A gradient of 1e-6 moves the weight by 0.01 lr with eps inside and by 0.99 lr with eps outside.",
    ),
    (
        "E17", 2, "AMSGrad",
        "The step divides v_corrected, which is not defined there, by the root of an uncorrected s_max.",
        "The paper corrects neither. PyTorch corrects s after the maximum, optax before it, Keras at last.",
        "Within 500 steps PyTorch's and optax's weights differ by more than 30%.",
    ),
    (
        "E18", 2, "AMSGrad",
        "Adam fails to converge on certain convex problems.",
        "It does where its memory 1 / (1 - beta2) is short compared with how rare the large gradient is.",
        "Reddi's problem with C = 3: Adam ends at the worst point +1 with beta1 = 0, beta2 = 0.1 and at the"
        " best point -1 with beta1 = 0.9, beta2 = 0.999; AMSGrad ends at -1 with both.",
    ),
    (
        "E19", 1, "Cyclical Learning Rates for Neural Networks",
        "Cyclical rates escape local extreme points.",
        "They may help to leave saddles and sharp minima; it is a heuristic.",
        "Cycles from 0.05 to 0.5 stay in the higher minimum of w**4 - 2 w**2 + 0.3 w. From 1e-6 beside the"
        " ridge of a saddle they leave it after 55 steps, the rate 0.05 after 272; from the ridge neither.",
    ),
    (
        "E20", 2, "Estimating the learning rate",
        "Raise the rate exponentially per batch and compute the loss on the validation set.",
        "The paper raises it linearly and plots the accuracy; practice takes the loss of the training batch,"
        " since a validation pass per batch is expensive.",
        "The lowest point of the curve lies beyond the steepest one, where the loss still falls.",
    ),
    (
        "E21", 1, "SGD with Warm Restarts",
        "The range of T_cur is not stated.",
        "Here T_cur = 0, ..., T_i - 1: a cycle starts at lr_max, and lr_min is never reached.",
        "The last step is (lr_max - lr_min) (1 - cos(pi / T_i)) / 2 above lr_min.",
    ),
    (
        "E22", 1, "SGD with Warm Restarts",
        "Record the best estimates before a restart.",
        "It is essential, since a restart undoes the fine work: keep the weights of a cycle's last step.",
        "The rate rises after exactly these steps.",
    ),
    (
        "E23", 2, "Snapshot ensembles: Train 1, get M for free",
        "Ensembles are much more robust and accurate than individual networks.",
        "Mostly, by the slides' own table: of 14 cells the snapshot ensembles beat the single model in 13"
        " (0.1) and 14 (0.2), the ensembles without cycles in 10, those of separate runs in 9.",
        "Counts over the table.",
    ),
    (
        "E24", 1, "Snapshot ensembles III",
        "Bold, asterisks and dashes are not explained, and prediction is called free.",
        "Some bold entries are not the best of their column, and prediction costs M times as much.",
        "5.73 is bold beside a single model's 5.52, 4.73 beside 4.41, 21.56 beside 21.38.",
    ),
    (
        "E25", 2, "Gradient checking",
        "f'(x) = lim (f(x + eps) - f(x - eps)) / (2 eps)",
        "That limit is the symmetric derivative; it is f' only where f is differentiable.",
        "|x| has the symmetric derivative 0 at 0.",
    ),
    (
        "E26", 2, "Gradient checking",
        "The error of the approximation is O(eps**2).",
        "Rounding adds about u |f| / eps, so the best eps is near (3 u)**(1/3) = 7e-6, not the smallest.",
        "f = exp at 1: eps = 1e-5 is more accurate than 1e-3 and than 1e-8.",
    ),
    (
        "E27", 1, "Algorithm for gradient checking",
        "df / dtheta_r; reshape the input vector.",
        "A partial derivative; what is packed into one vector are the parameters.",
        "Tied weights at 3: the partial derivatives of their product are 3 and 3, the total one is 6.",
    ),
    (
        "E28", 2, "Algorithm for gradient checking",
        "The relative error must lie below some threshold; the norm is not named.",
        "The 2-norm; 1e-7 for smooth functions in double precision; 0 for two zero vectors. One number for"
        " all parameters hides errors in small blocks.",
        "A block of size 1e-7 beside one of size 1, with its sign wrong: 1e-7 overall, 1 in the block.",
    ),
    (
        "E29", 2, "How to address overfitting",
        "Variance: deviation from the expected estimator.",
        "Expected squared deviation; then mse = bias**2 + variance.",
        "The identity holds to rounding.",
    ),
    (
        "E30", 2, "How to address overfitting",
        "The unbiased sample variance is presented as the better one.",
        "For normal data the divisor m + 1 has the least mean squared error.",
        "m = 5: 0.500, 0.360 and 0.333 times sigma**4 for the divisors m - 1, m and m + 1.",
    ),
    (
        "E31", 2, "Diagnose bias-variance",
        "The training error is the bias, the gap to the validation error the variance.",
        "They are practical stand-ins, avoidable bias and generalisation gap, not the statistical terms.",
        "Least squares, 5 coefficients, 20 examples, noise of variance 1: bias 0 and variance 0.25; the"
        " training error lies 0.25 below the noise, the gap is 0.5.",
    ),
    (
        "E32", 2, "Inverted dropout",
        "D is called the dropout activations and carries the index of the next layer.",
        "D is a diagonal Bernoulli mask of the units of layer l - 1, drawn anew for each example; b is not"
        " scaled.",
        "E z = W a + b by enumeration; with b scaled as well it is off by b (1 / p - 1).",
    ),
    (
        "E33", 2, "Motivation and direct implementation",
        "At test time all units are present; the factor is not mentioned.",
        "Direct dropout multiplies activations by keep_prob at test time, inverted dropout divides them while"
        " training; the sections on theory use the first.",
        "Both give test and expected training activations that are equal.",
    ),
    (
        "E34", 2, "Dropout in linear networks",
        "E z[l] = p W z[l-1]",
        "So for given z[l-1]; over the whole network E z[l] = p W E z[l-1].",
        "Exact enumeration of the masks of two layers.",
    ),
    (
        "E35", 3, "Dynamics of a single linear unit",
        "E{E_d} = E_ens + sum 1/2 var(D) x**2 w**2 with errors that carry no 1/2.",
        "E{E_d} = E_ens + sum p (1 - p) x**2 w**2; a 1/2 belongs on both sides or on neither.",
        "Exact enumeration of 2**8 masks: the printed penalty is half of the true one.",
    ),
    (
        "E36", 1, "Dynamics of a single linear unit",
        "The sum runs to n_1, and var(D) is a matrix.",
        "It runs over the inputs, and the variance of one entry is p (1 - p).",
        "Enumeration: the covariance of the entries is p (1 - p) I, and all inputs make up the penalty.",
    ),
    (
        "E37", 2, "Dynamics of a single linear unit",
        "Dropout is a regularised cost, by implication ridge.",
        "It is ridge with a penalty per feature, diag(X'X): dropout does not mind the scale of a feature.",
        "The minimiser for a rescaled feature is the rescaled minimiser.",
    ),
    (
        "E38", 1, "Dropout in logistic regression",
        "P_i is not defined and m = 2**n clashes with the number of examples.",
        "P_i = p**k (1 - p)**(n-k) for k units kept. NWGM = sigma(E z) holds for every law of the masks.",
        "Enumeration agrees with sigma(p z) to 1e-12.",
    ),
    (
        "E39", 2, "Dynamics of a single logistic unit",
        "lambda sigma'(p z) x**2 var(p) w",
        "lambda is the slope of the sigmoid, 1 here; var(p) is p (1 - p); the loss is cross-entropy.",
        "The approximation becomes exact as the weights become small.",
    ),
    (
        "E40", 3, "Dropout in Deep Neural Networks",
        "E{a} = sigma(E{S})",
        "NWGM(a) = sigma(E{S}) exactly, and E{a} is only near it.",
        "Enumeration: the first equation is off by what the curvature of sigma makes of the variance.",
    ),
    (
        "E41", 2, "Dropout in Deep Neural Networks (literature)",
        "The difference E - NWGM is approximated by V (1 - 2 E) / (1 - 2 V), V the variance of a.",
        "To leading order it is V (1 - 2 E) / (2 E (1 - E) - V).",
        "Small random units: the first is off by more than a factor of 2, the second by less than 5%.",
    ),
    (
        "E42", 1, "Problems of deep networks",
        "The learning rate is called epsilon.",
        "It is alpha on the other slides, where epsilon keeps divisions finite; here `lr` and `eps`.",
        "A chain of 3 weights 1 with rate 0.1: the output becomes 0.729; with 1e-8 it stays at 1.",
    ),
    (
        "E43", 2, "Problems of deep networks",
        "The update has many high-order components.",
        "2**L terms, C(L, k) of order k in the rate; they outweigh the first order when the rate times the"
        " gradient is comparable to the weights.",
        "L = 10, w = 1.3, lr = 0.01, loss y**2 / 2: from 13.8 the first order predicts -141, the step gives"
        " 1.2e-8. L = 3, w = 1, lr = 0.1: 0.7 against 0.729.",
    ),
    (
        "E44", 2, "Input normalization",
        "(x - mu) / (sigma + eps) here, (x - mu) / sqrt(sigma**2 + eps) in the notes.",
        "Two conventions; they part where sigma is not much larger than sqrt(eps).",
        "sigma = 1e-6, eps = 1e-8: output deviation 0.990 against 0.010.",
    ),
    (
        "E45", 2, "Batch normalization",
        "beta = mu and gamma = sigma recover the identity.",
        "gamma = sigma + eps does in the convention of the slide, sqrt(sigma**2 + eps) in that of the notes.",
        "sigma = 1e-8, eps = 1e-8: the printed choice loses half of the signal.",
    ),
    (
        "E46", 3, "Batch normalization, testing",
        "gamma and beta are averaged over the mini-batches.",
        "They are parameters: use their last values. Averaging belongs to the statistics mu and sigma**2.",
        "The notes say so. A gamma that grows by 0.1 a step is averaged 0.9 behind, decay = 0.9. One symbol,"
        " beta, stands for the shift and for the memory of the average, which has to be below 1.",
    ),
    (
        "E47", 3, "Batch normalization, testing",
        "The standard deviation is averaged.",
        "Average the variance, times m / (m - 1) to be unbiased: a mean of roots is too small.",
        "sigma = 2, m = 2: 1.13 by averaging sigma, 1.41 by averaging the variance, 2.00 unbiased.",
    ),
    (
        "E48", 2, "Batch normalization, testing",
        "The start of the running statistics is not mentioned.",
        "Started at zero and not corrected, the variance scales outputs by 1 / sqrt(1 - decay**t).",
        "decay = 0.9: 3.16 at t = 1, 1.24 at t = 10.",
    ),
    (
        "E49", 2, "Batch normalization",
        "The weights of a layer do not affect the first- and second-order statistics of the next.",
        "Mean and variance of each unit, no; the correlations between units do depend on the weights.",
        "Two weight matrices give the same means and variances and other correlations.",
    ),
    (
        "E50", 1, "Notes: batch norm working with mini-batches",
        "Z~ = A Z_norm + beta, with Z of shape (n, 1)",
        "Z~ = gamma Z_norm + beta; Z has a column per example, only gamma and beta are (n, 1).",
        "An example alone is normalised to beta, whatever its Z; the product with the activations A is not"
        " defined by its shapes, or gives other numbers element by element.",
    ),
    (
        "E51", 1, "Notes: applying batch norm to a network",
        "b is listed as a parameter and later set to 0.",
        "Normalisation subtracts it again, so it has no effect.",
        "Its gradient through batch normalisation is 0.",
    ),
    (
        "E52", 2, "Notes: covariate shift",
        "The distribution of X and Y changes.",
        "p(x) changes while p(y|x) stays as it is.",
        "p(x) turned around: p(y = 1) moves from 0.26 to 0.61, the best rule stays the best, and training"
        " examples weighted with the ratio of the densities foretell its error; with p(y|x) turned, neither.",
    ),
    (
        "E53", 2, "Notes: covariate shift",
        "The outputs of the hidden units have a mean and variance governed by beta and gamma.",
        "The values before the activation have: mean beta, variance gamma**2 sigma**2 / (sigma**2 + eps).",
        "Both hold to rounding.",
    ),
    (
        "E54", 1, "Notes",
        "Commands of the formulas have lost their first letters; numbering and indices are inconsistent.",
        "Restored without further mention.",
        "Read as an escape sequence, the start of a command is lost: of beta remains eta, of frac rac.",
    ),
    (
        "E55", 1, "Input normalization; Batch normalization",
        "Braces number an element on one slide and a mini-batch on the next.",
        "Here {t} is a mini-batch and (r) an example.",
        "Three mini-batches with levels 0, 5 and 10: normalised together they still differ, each apart not.",
    ),
    (
        "E56", 1, "Dropout",
        "Dropout can be combined with batch normalization.",
        "It can, but dropout before a normalised layer gives it another variance in training than at test"
        " time: var(D a / p) = var(a) + (1 - p) / p E[a**2].",
        "Both sides agree; dropout after the activation that follows the normalisation avoids it.",
    ),
)  # fmt: skip
