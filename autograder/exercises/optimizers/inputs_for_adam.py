from autograder.catalogue import Wrong
from autograder.exercises.optimizers.adam_path import ADAM_PATH
from autograder.exercises.optimizers.sections import ADAM, CORRECTION, EPSILON
from autograder.properties.optimizers import of_adam_path
from autograder.write_the_test import write_the_test


WEIGHTS = '"w": np.array([5.0, -4.0])'
CHANGING = '"dws": np.array([[3.0, -2.5], [0.5, 0.7], [-0.4, 0.6]])'


def returning(*arguments: str) -> str:
    return f"def inputs_for_adam():\n    return {{{', '.join(arguments)}}}"


INPUTS_FOR_ADAM = write_the_test(
    of=ADAM_PATH,
    solution="""
        def inputs_for_adam():
            w = np.array([5.0, -4.0])
            dws = np.array([[3.0, -2.5], [0.5, 0.7], [-0.4, 0.6]])
            return {"w": w, "dws": dws, "lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05}
    """,
    points=3,
    read=ADAM,
    allowed=of_adam_path,
    calls=1,
    plain="usual_numbers",
    misconceptions=(
        Wrong(
            "usual_numbers",
            returning(WEIGHTS, CHANGING, '"lr": 0.3'),
            "the betas and epsilon are the usual ones: so small an epsilon is not seen wherever it stands",
            read=EPSILON,
        ),
        Wrong(
            "usual_numbers_one_step",
            returning(WEIGHTS, '"dws": np.array([[3.0, -2.5]])', '"lr": 0.3'),
            "there is one step with the usual betas and epsilon: nothing shows what is averaged, what is "
            "carried on, and where epsilon stands",
        ),
        Wrong(
            "one_step",
            returning(
                WEIGHTS,
                '"dws": np.array([[3.0, -2.5]])',
                '"lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05',
            ),
            "there is one step: nothing shows what is averaged and carried on",
        ),
        Wrong(
            "usual_epsilon",
            returning(WEIGHTS, CHANGING, '"lr": 0.3, "beta1": 0.6, "beta2": 0.8'),
            "epsilon is so small that nobody sees where it stands",
            read=EPSILON,
        ),
        Wrong(
            "usual_betas",
            returning(WEIGHTS, CHANGING, '"lr": 0.3, "eps": 0.05'),
            "the betas are the usual ones, as they stand in the signature",
        ),
        Wrong(
            "equal_betas",
            returning(WEIGHTS, CHANGING, '"lr": 0.3, "beta1": 0.6, "beta2": 0.6, "eps": 0.05'),
            "both betas are the same, so that nothing shows which one belongs where",
        ),
        Wrong(
            "one_weight",
            returning(
                '"w": np.array([5.0])',
                '"dws": np.array([[3.0], [0.5], [-0.4]])',
                '"lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05',
            ),
            "there is one weight, so that nothing shows whether each has an average of its own",
        ),
        Wrong(
            "constant_gradient",
            returning(
                WEIGHTS,
                '"dws": np.array([[3.0, -2.5]] * 3)',
                '"lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05',
            ),
            "the gradient stays the same, as does every corrected average of it",
            read=CORRECTION,
        ),
        Wrong(
            "gradients_of_one",
            returning(
                WEIGHTS,
                '"dws": np.array([[1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])',
                '"lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05',
            ),
            "all gradients are 1 or -1, whose squares are the same as their sizes",
        ),
        Wrong(
            "no_memory",
            returning(WEIGHTS, CHANGING, '"lr": 0.3, "beta1": 0.0, "beta2": 0.0, "eps": 0.05'),
            "both betas are zero, so that nothing is remembered and nothing has to be corrected",
            read=CORRECTION,
        ),
        Wrong(
            "learning_rate_of_one",
            returning(WEIGHTS, CHANGING, '"lr": 1.0, "beta1": 0.6, "beta2": 0.8, "eps": 0.05'),
            "the learning rate is 1, so that nothing shows whether it is used",
        ),
        Wrong(
            "rest_of_beta",
            returning(WEIGHTS, CHANGING, '"lr": 0.2, "beta1": 0.6, "beta2": 0.8, "eps": 0.05'),
            "the learning rate is 1 - beta2, so that nothing shows which of them weighs the square",
        ),
        Wrong(
            "no_gradient",
            returning(
                WEIGHTS, '"dws": np.zeros((3, 2))', '"lr": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.05'
            ),
            "all gradients are zero, so that nothing moves",
        ),
    ),
    alternatives={
        "whole numbers": """
            def inputs_for_adam():
                return dict(
                    w=np.array([7, 8, 9]),
                    dws=np.array([[4, -3, 5], [1, 2, -1], [2, 1, 1]]),
                    lr=0.5, beta1=0.6, beta2=0.7, eps=0.1,
                )
        """,
        "lists": """
            def inputs_for_adam():
                return [{
                    "w": [1.0, 2.0],
                    "dws": [[2.0, -0.5], [0.3, 1.5], [0.7, -0.2], [0.1, 0.4]],
                    "lr": 0.4, "beta1": 0.7, "beta2": 0.85, "eps": 0.02,
                }]
        """,
        "in the order of the parameters": """
            def inputs_for_adam():
                dws = np.array([[5.0, 2.0], [1.5, -0.3], [-0.6, 0.8]])
                return np.array([8.0, 7.0]), dws, 0.25, 0.65, 0.9, 0.2
        """,
        "drawn": """
            def inputs_for_adam():
                rng = np.random.default_rng(3)
                dws = rng.normal(size=(5, 2, 3)) * np.array([4, 0.2, 1, 0.5, 2]).reshape(5, 1, 1)
                return {"w": np.zeros((2, 3)), "dws": dws, "lr": 0.1, "beta1": 0.8, "beta2": 0.6, "eps": 0.03}
        """,
    },
)
