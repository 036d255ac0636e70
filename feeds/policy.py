"""Push or pull? Pure: values in, advice out. The mover follows the advice at its leisure."""


def should_push(strategy: str, *, followers_count: int, threshold: int) -> bool:
    """Whether an author's posts should be written into each follower's feed when posted.

    `push` and `pull` are the two pure ways; `hybrid` pushes authors with at most `threshold`
    followers. Whatever the answer, a reader sees the same.
    """
    if strategy == "hybrid":
        return followers_count <= threshold
    return strategy == "push"


def pushed_range(strategy: str, *, threshold: int) -> int:
    """The most followers an author may have to be pushed; below 0 nobody is."""
    return {"push": 2**31 - 1, "pull": -1, "hybrid": threshold}[strategy]
