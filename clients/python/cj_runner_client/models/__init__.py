"""Contains all the data models used in inputs/outputs"""

from .assets import Assets
from .body_upload_asset_package import BodyUploadAssetPackage
from .budget import Budget
from .check_liveness_response_check_liveness import CheckLivenessResponseCheckLiveness
from .check_readiness_response_503 import CheckReadinessResponse503
from .check_view import CheckView
from .check_view_severity import CheckViewSeverity
from .comparisons import Comparisons
from .design import Design
from .design_batching_mode_type_0 import DesignBatchingModeType0
from .design_pairing_type_0 import DesignPairingType0
from .event_list import EventList
from .event_view import EventView
from .event_view_data import EventViewData
from .file_list import FileList
from .file_view import FileView
from .folder_request import FolderRequest
from .get_prompt_role import GetPromptRole
from .get_run_artefact_response_200 import GetRunArtefactResponse200
from .judge import Judge
from .judge_output_verbosity_type_0 import JudgeOutputVerbosityType0
from .judge_provider_type_0 import JudgeProviderType0
from .judge_reasoning_effort_type_0 import JudgeReasoningEffortType0
from .list_prompts_role_type_0 import ListPromptsRoleType0
from .list_runs_sort import ListRunsSort
from .mode import Mode
from .package_list import PackageList
from .package_view import PackageView
from .package_view_inventory import PackageViewInventory
from .plan_request import PlanRequest
from .plan_request_course_code import PlanRequestCourseCode
from .plan_request_labels import PlanRequestLabels
from .plan_request_language import PlanRequestLanguage
from .plan_request_mode import PlanRequestMode
from .plan_view import PlanView
from .plan_view_request import PlanViewRequest
from .planned_comparisons import PlannedComparisons
from .planned_cost import PlannedCost
from .planned_inventory import PlannedInventory
from .planned_inventory_grades import PlannedInventoryGrades
from .planned_judge import PlannedJudge
from .planned_pairs import PlannedPairs
from .planned_tokens import PlannedTokens
from .preflight_view import PreflightView
from .problem import Problem
from .problem_field import ProblemField
from .progress import Progress
from .prompt import Prompt
from .prompt_list import PromptList
from .prompt_text import PromptText
from .prompt_text_role import PromptTextRole
from .prompt_view import PromptView
from .prompt_view_role import PromptViewRole
from .run_list import RunList
from .run_request import RunRequest
from .run_request_course_code import RunRequestCourseCode
from .run_request_labels import RunRequestLabels
from .run_request_language import RunRequestLanguage
from .run_state import RunState
from .run_view import RunView
from .run_view_labels import RunViewLabels
from .run_view_links import RunViewLinks
from .run_view_request import RunViewRequest
from .stop import Stop
from .stop_rule import StopRule
from .tokens import Tokens
from .wanted_pair import WantedPair

__all__ = (
    "Assets",
    "BodyUploadAssetPackage",
    "Budget",
    "CheckLivenessResponseCheckLiveness",
    "CheckReadinessResponse503",
    "CheckView",
    "CheckViewSeverity",
    "Comparisons",
    "Design",
    "DesignBatchingModeType0",
    "DesignPairingType0",
    "EventList",
    "EventView",
    "EventViewData",
    "FileList",
    "FileView",
    "FolderRequest",
    "GetPromptRole",
    "GetRunArtefactResponse200",
    "Judge",
    "JudgeOutputVerbosityType0",
    "JudgeProviderType0",
    "JudgeReasoningEffortType0",
    "ListPromptsRoleType0",
    "ListRunsSort",
    "Mode",
    "PackageList",
    "PackageView",
    "PackageViewInventory",
    "PlannedComparisons",
    "PlannedCost",
    "PlannedInventory",
    "PlannedInventoryGrades",
    "PlannedJudge",
    "PlannedPairs",
    "PlannedTokens",
    "PlanRequest",
    "PlanRequestCourseCode",
    "PlanRequestLabels",
    "PlanRequestLanguage",
    "PlanRequestMode",
    "PlanView",
    "PlanViewRequest",
    "PreflightView",
    "Problem",
    "ProblemField",
    "Progress",
    "Prompt",
    "PromptList",
    "PromptText",
    "PromptTextRole",
    "PromptView",
    "PromptViewRole",
    "RunList",
    "RunRequest",
    "RunRequestCourseCode",
    "RunRequestLabels",
    "RunRequestLanguage",
    "RunState",
    "RunView",
    "RunViewLabels",
    "RunViewLinks",
    "RunViewRequest",
    "Stop",
    "StopRule",
    "Tokens",
    "WantedPair",
)
