from incidents.models.assessment import Assessment
from incidents.models.incident import (
    CATEGORIES_BY_CLUSTER,
    Category,
    Cause,
    Incident,
    IncidentState,
    RoleAssignment,
    RoleState,
    ScheduledContent,
)
from incidents.models.playbook import DoneBy, Playbook, PlaybookStep, StepPhase
from incidents.models.stakeholders import StakeholderGroup, StakeholderNotice
from incidents.models.standdown import GateWaiver, SignOff
from incidents.models.tasks import Task, TaskState

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
