from incidents.models.incident import (
    CATEGORIES_BY_CLUSTER,
    Category,
    Cause,
    Incident,
    IncidentState,
    ScheduledContent,
)
from incidents.models.playbook import DoneBy, Playbook, PlaybookStep, StepPhase
from incidents.models.room import (
    Assessment,
    GateWaiver,
    RoleAssignment,
    RoleState,
    SignOff,
    StakeholderGroup,
    StakeholderNotice,
    Task,
    TaskState,
)

__all__ = [
    "CATEGORIES_BY_CLUSTER",
    "Assessment",
    "Category",
    "Cause",
    "DoneBy",
    "GateWaiver",
    "Incident",
    "IncidentState",
    "Playbook",
    "PlaybookStep",
    "RoleAssignment",
    "RoleState",
    "ScheduledContent",
    "SignOff",
    "StakeholderGroup",
    "StakeholderNotice",
    "StepPhase",
    "Task",
    "TaskState",
]
