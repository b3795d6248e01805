import numpy as np
import pytest
from hypothesis import given, strategies as st

from advsec.optimizers import (
    OPTIMIZERS,
    AdamState,
    adam_drift,
    adam_init,
    adam_step,
    amsgrad_init,
    amsgrad_step,
    gd_step,
    minimize,
    momentum_init,
    momentum_step,
    rmsprop_init,
    rmsprop_step,
    steps_needed,
)


POSITIONS = ("none", "before_eps", "after_eps")


def gradients(T=30, n=5, seed=0):
    """Gradients of mixed magnitude: a spike first, so that memories of different kinds part ways."""
    scale = np.geomspace(1e-3, 1e1, n)
    return np.vstack([10 * scale, scale * np.random.default_rng(seed).normal(size=(T - 1, n))])


def run(name, dws, **hyper):
    """Weights after each gradient of a given sequence, from zero."""
    init, step = OPTIMIZERS[name]
    w = np.zeros(dws.shape[1:])
    state, path = init(w), []
    for dw in dws:
        w, state = step(w, dw, state, **hyper)
        path.append(w)
    return np.array(path)


def test_gradient_descent_subtracts_the_gradient():
    w, state = gd_step([1.0, 2.0], [10.0, -10.0], lr=0.1)
    np.testing.assert_array_equal(w, [0.0, 3.0])
    assert state is None


def test_adam_is_what_the_slide_says_line_by_line():
    w, v, s, t = 1.0, 0.5, 0.25, 2
    dw, lr, beta1, beta2, eps = 3.0, 0.1, 0.7, 0.8, 0.05
    v_new = beta1 * v + (1 - beta1) * dw
    s_new = beta2 * s + (1 - beta2) * dw**2
    v_corrected = v_new / (1 - beta1**3)
    s_corrected = s_new / (1 - beta2**3)
    w_new = w - lr * v_corrected / np.sqrt(s_corrected + eps)
    ours, state = adam_step(w, dw, (v, s, t), lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    np.testing.assert_allclose([ours, state.v, state.s, state.t], [w_new, v_new, s_new, 3], rtol=1e-15)


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "gd"])
def test_a_run_goes_on_from_any_state_given_as_a_plain_tuple(name):
    dws = gradients()
    init, step = OPTIMIZERS[name]
    w = np.zeros(dws.shape[1])
    state = init(w)
    for dw in dws:
        w, state = step(w, dw, tuple(state), lr=0.1)
    np.testing.assert_array_equal(w, run(name, dws, lr=0.1)[-1])


@pytest.mark.parametrize("name", ["adam", "amsgrad"])
def test_every_switch_of_the_second_moment_changes_the_path(name):
    positions = POSITIONS if name == "adam" else (*POSITIONS, "before_max")
    paths = [
        run(name, gradients(), lr=0.1, beta2=0.9, eps=0.01, eps_inside_sqrt=inside, debias_second=position)
        for inside in (True, False)
        for position in positions
    ]
    for i, path in enumerate(paths):
        for other in paths[:i]:
            assert np.abs(path - other).max() > 1e-3 * np.abs(path).max()


@given(st.floats(1e-3, 1e3), st.integers(0, 100))
def test_adam_without_eps_to_speak_of_ignores_the_scale_of_the_loss(scale, seed):
    dws = gradients(seed=seed)
    path = run("adam", dws, lr=0.1, eps=1e-30)
    np.testing.assert_allclose(run("adam", scale * dws, lr=0.1, eps=1e-30), path, rtol=1e-9, atol=1e-12)


@given(st.floats(1e-6, 1e6), st.integers(1, 50))
def test_adam_takes_steps_of_length_lr_along_a_constant_gradient(gradient, T):
    path = run("adam", np.full((T, 1), gradient), lr=0.1, eps=1e-30)
    np.testing.assert_allclose(path[:, 0], -0.1 * np.arange(1, T + 1), rtol=1e-9)


@given(st.floats(0, 0.99), st.integers(0, 100))
def test_adam_without_memory_of_squares_and_gradients_is_rmsprop_and_momentum(beta, seed):
    dws = gradients(seed=seed)
    rmsprop = run("rmsprop", dws, lr=0.1, beta2=beta)
    adam = run("adam", dws, lr=0.1, beta1=0.0, beta2=beta, debias_second="none")
    np.testing.assert_allclose(adam, rmsprop, rtol=1e-12)
    debiased = run("rmsprop", dws, lr=0.1, beta2=beta, debias=True)
    np.testing.assert_allclose(run("adam", dws, lr=0.1, beta1=0.0, beta2=beta), debiased, rtol=1e-12)


def test_s_max_never_decreases_and_plain_adam_forgets_the_spike():
    dws = gradients()
    state = amsgrad_init(dws[0])
    largest = []
    for dw in dws:
        _, state = amsgrad_step(np.zeros(5), dw, state, lr=0.1, beta2=0.8)
        largest.append(state.s_max)
    assert (np.diff(largest, axis=0) >= 0).all()
    assert (state.s < state.s_max).all()


def test_amsgrad_is_uncorrected_adam_while_the_second_moment_grows():
    dws = np.cumprod(np.full((20, 1), 1.5), axis=0)
    np.testing.assert_array_equal(run("amsgrad", dws, lr=0.1), run("adam", dws, lr=0.1, debias_second="none"))


def test_hyper_parameters_may_be_arrays():
    dws = gradients()
    beta2 = np.linspace(0.1, 0.9, 5)
    together = run("adam", dws, lr=0.1, beta2=beta2)
    for i in range(5):
        np.testing.assert_allclose(together[:, i], run("adam", dws[:, [i]], lr=0.1, beta2=beta2[i])[:, 0])


def test_minimize_asks_the_schedule_for_every_step_and_records_it():
    trace = minimize(lambda w: 2 * w, np.ones(2), "gd", lr=lambda t: 0.1 / (t + 1), n_steps=3)
    np.testing.assert_allclose(trace.lr, [0.1, 0.05, 0.1 / 3])
    np.testing.assert_allclose(trace.w[1:], trace.w[:-1] - trace.lr[:, None] * trace.dw)
    np.testing.assert_array_equal(trace.dw, 2 * trace.w[:-1])


def test_minimize_takes_any_pair_of_functions_and_their_hyper_parameters():
    named = minimize(lambda w: 2 * w, [1.0], "momentum", lr=0.1, n_steps=4, beta=0.5)
    pair = minimize(lambda w: 2 * w, [1.0], (momentum_init, momentum_step), lr=0.1, n_steps=4, beta=0.5)
    np.testing.assert_array_equal(named.w, pair.w)


def test_minimize_survives_a_gradient_that_overwrites_its_argument():
    def careless(w):
        w *= 2
        return w

    trace = minimize(careless, [1.0], "gd", lr=0.25, n_steps=2)
    np.testing.assert_array_equal(trace.w.ravel(), [1.0, 0.5, 0.25])


def test_e12_gradient_descent_has_no_variance_and_oscillates():
    trace = minimize(lambda w: w * [1.0, 100.0], [1.0, 1.0], "gd", lr=0.0199, n_steps=20)
    again = minimize(lambda w: w * [1.0, 100.0], [1.0, 1.0], "gd", lr=0.0199, n_steps=20)
    np.testing.assert_array_equal(trace.w, again.w)
    assert (trace.w[:-1, 1] * trace.w[1:, 1] < 0).all()
    np.testing.assert_allclose(np.abs(trace.w[1:, 1] / trace.w[:-1, 1]), 0.99)
    assert (np.diff(trace.w[:, 0]) < 0).all()


def test_e13_a_large_constant_gradient_is_damped_like_a_noisy_one():
    constant = np.full((500, 1), 10.0)
    noisy = 10.0 * np.random.default_rng(0).choice([-1.0, 1.0], size=(500, 1))
    states = []
    for dws in (constant, noisy):
        state = rmsprop_init(dws[0])
        for dw in dws:
            _, state = rmsprop_step(np.zeros(1), dw, state, lr=0.1)
        states.append(state.s)
    np.testing.assert_allclose(states, 100.0)


@given(st.floats(0, 0.99), st.integers(0, 100))
def test_e14_the_undampened_form_with_a_smaller_rate_is_the_dampened_form(beta, seed):
    dws = gradients(seed=seed)
    np.testing.assert_allclose(
        run("momentum", dws, lr=0.1, beta=beta),
        run("momentum", dws, lr=0.1 * (1 - beta), beta=beta, dampened=False),
        rtol=1e-9,
        atol=1e-12,
    )


@pytest.mark.parametrize(("dampened", "limit"), [(False, 3.80), (True, 38.0)])
def test_e14_momentum_is_stable_up_to_a_limit_that_depends_on_the_form(dampened, limit):
    def final(curvature):
        hyper = {"lr": 1.0, "n_steps": 4000, "dampened": dampened}
        return abs(minimize(lambda w: curvature * w, [1.0], "momentum", **hyper).w[-1])

    assert final(0.999 * limit) < 1 < final(1.001 * limit)


@pytest.mark.parametrize(("t", "ratio"), [(1, 31.6), (10, 10.0), (100, 3.24), (1000, 1.26)])
def test_e15_the_printed_line_7_takes_longer_steps(t, ratio):
    dws = np.random.default_rng(0).normal(size=(t, 1))
    lengths = []
    for position in ("none", "before_eps"):
        path = run("adam", dws, lr=0.1, eps=1e-30, debias_second=position)
        lengths.append(path[-1] - (path[-2] if t > 1 else 0))
    assert lengths[0] / lengths[1] == pytest.approx(ratio, rel=5e-3)
    assert ratio == pytest.approx((1 - 0.999**t) ** -0.5, rel=5e-3)


def test_e10_adam_without_any_correction_is_most_too_long_at_step_12():
    t = np.arange(1, 1001)
    ratio = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
    plain = run("adam", np.ones((1000, 1)), lr=0.1, eps=1e-30, debias_first=False, debias_second="none")
    lengths = -np.diff(plain[:, 0], prepend=0) / 0.1
    np.testing.assert_allclose(lengths, ratio, rtol=1e-9)
    assert lengths[[0, 999]] == pytest.approx([3.16, 1.26], abs=5e-3)
    assert t[lengths.argmax()] == 12
    assert lengths.max() == pytest.approx(6.57, abs=5e-3)


@pytest.mark.parametrize(("inside", "length"), [(True, 0.01), (False, 0.99)])
def test_e16_eps_inside_the_root_stops_small_gradients(inside, length):
    path = run("adam", np.full((1, 1), 1e-6), lr=1.0, eps=1e-8, eps_inside_sqrt=inside)
    assert -path[0, 0] == pytest.approx(length, rel=0.01)


def test_e16_the_two_places_agree_when_one_eps_is_the_square_of_the_other():
    tiny = np.array([[0.0, 1e-12]])  # far below both floors, where each form is v / floor
    outside = run("adam", tiny, lr=1.0, eps=1e-4, eps_inside_sqrt=False)
    np.testing.assert_allclose(run("adam", tiny, lr=1.0, eps=1e-8), outside, rtol=1e-6)


def test_e17_where_the_maximum_stands_decides_the_path():
    paths = {
        position: run("amsgrad", gradients(T=500), lr=0.1, eps_inside_sqrt=False, debias_second=position)
        for position in ("none", "before_max", "before_eps")
    }
    final = {position: path[-1] for position, path in paths.items()}
    assert np.abs(final["before_max"] / final["before_eps"] - 1).max() > 0.3
    assert np.abs(final["none"] / final["before_eps"] - 1).max() > 0.01


def test_states_start_from_zero_without_touching_the_weights():
    w = np.ones(3, dtype=np.float32)
    state = adam_init(w)
    assert isinstance(state, AdamState)
    assert not np.shares_memory(state.v, state.s)
    assert state.v.dtype == np.float32


def parabola(curvatures):
    """Values and gradients of a parabola, on the last axis."""
    return (lambda w: (curvatures * w**2).sum(axis=-1) / 2), (lambda w: curvatures * w)


def test_steps_needed_are_those_of_the_best_learning_rate():
    f, grad = parabola(np.array([1.0, 10.0]))
    starts, lrs = np.array([[1.0, 1.0], [0.0, 2.0]]), np.array([0.01, 0.1, 0.18, 5.0])
    needed = steps_needed(f, grad, starts, "gd", lrs=lrs, n_steps=500)
    for start, steps in zip(starts, needed, strict=True):
        first = [
            np.argmax(f(minimize(grad, start, "gd", lr=lr, n_steps=500).w) <= 1e-6 * f(start))
            for lr in lrs[:3]
        ]
        assert steps == min(t for t in first if t > 0)


def test_steps_needed_are_infinite_where_all_rates_are_too_small_or_diverge():
    f, grad = parabola(np.array([1.0]))
    assert steps_needed(f, grad, [[1.0]], "momentum", lrs=[1e-6, 1e3], n_steps=500).tolist() == [np.inf]


@pytest.mark.parametrize("C", [3.0, 6.0])
@pytest.mark.parametrize("beta1", [0.0, 0.5])
@pytest.mark.parametrize("beta2", [0.0, 0.1, 0.9])
def test_the_mean_step_is_what_adam_does_in_the_long_run(C, beta1, beta2):
    slopes = np.array([C, -1.0, -1.0])
    path = run("adam", np.tile(slopes, 400)[:, None], lr=1.0, beta1=beta1, beta2=beta2, eps=1e-30)
    expected = (path[-1, 0] - path[-301, 0]) / 300
    assert adam_drift(slopes, beta1=beta1, beta2=beta2) == pytest.approx(expected, rel=1e-9)
