"""The states that a deployment goes through when all is well, and which calls of each change what.

What each is for says the machine itself; the rights of its functions say what they may read.
"""

SHIFT, KEEP = "elasticloadbalancing:ModifyRule", "dynamodb:UpdateItem"
RESIZE = "ecs:UpdateService"
Way = dict[str, tuple[str, ...]]

BEFORE: Way = {
    "AdmitRequest": (KEEP,),
    "AcquireLease": (KEEP,),
    "InspectLive": (KEEP,),
    "PrepareCandidate": (
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "ecs:RegisterTaskDefinition",
        RESIZE,
    ),
    "CheckCandidate": (),
    "WarmCandidate": (),
    "SmokeTest": (),
    "ProveWayBack": (SHIFT,),
    "ProveDirectWayBack": (SHIFT,),
}
STEP: Way = {"ShiftTraffic": (KEEP, SHIFT), "Bake": (KEEP,), "JudgeCandidate": (KEEP,)}
AFTER: Way = {
    "VerifyProduction": (),
    "Promote": (KEEP,),
    "OpenStandby": ("states:StartExecution",),
}
STANDBY: Way = {
    "WatchStandby": (KEEP,),
    "Soak": (KEEP,),
    "DrainStandby": (),
    "RetireStandby": (RESIZE, KEEP),
}
