"""Contains all the data models used in inputs/outputs"""

from .against import Against
from .against_verdict import AgainstVerdict
from .agreement_numbers import AgreementNumbers
from .anchor_pair import AnchorPair
from .assets import Assets
from .attempt_view import AttemptView
from .audit_entry import AuditEntry
from .audit_entry_ids import AuditEntryIds
from .audit_list import AuditList
from .batch_detail import BatchDetail
from .batch_detail_links import BatchDetailLinks
from .batch_event import BatchEvent
from .batch_event_kind import BatchEventKind
from .batch_list import BatchList
from .batch_state import BatchState
from .batch_view import BatchView
from .batch_view_links import BatchViewLinks
from .body_upload_asset_package import BodyUploadAssetPackage
from .boundary import Boundary
from .budget import Budget
from .cell_attempt import CellAttempt
from .cell_budget import CellBudget
from .cell_counts import CellCounts
from .cell_progress import CellProgress
from .cell_state import CellState
from .cell_view import CellView
from .check_liveness_response_check_liveness import CheckLivenessResponseCheckLiveness
from .check_readiness_response_503 import CheckReadinessResponse503
from .check_view import CheckView
from .compare_runs_format import CompareRunsFormat
from .compared_essay import ComparedEssay
from .compared_essay_role import ComparedEssayRole
from .compared_run import ComparedRun
from .comparisons import Comparisons
from .count import Count
from .delivery_detail import DeliveryDetail
from .delivery_detail_links import DeliveryDetailLinks
from .delivery_detail_payload import DeliveryDetailPayload
from .delivery_detail_status import DeliveryDetailStatus
from .delivery_list import DeliveryList
from .delivery_view import DeliveryView
from .delivery_view_links import DeliveryViewLinks
from .delivery_view_status import DeliveryViewStatus
from .design import Design
from .design_batching_mode_type_0 import DesignBatchingModeType0
from .design_pairing_type_0 import DesignPairingType0
from .dispute import Dispute
from .dispute_side import DisputeSide
from .disputed_pair import DisputedPair
from .disputed_pair_experts_type_0 import DisputedPairExpertsType0
from .disputed_pair_people import DisputedPairPeople
from .disputed_pair_run import DisputedPairRun
from .distance_row import DistanceRow
from .essay_gap import EssayGap
from .essay_gap_role import EssayGapRole
from .essay_name import EssayName
from .essay_name_role import EssayNameRole
from .essay_result import EssayResult
from .essay_result_confidence_label import EssayResultConfidenceLabel
from .estimate import Estimate
from .event_list import EventList
from .event_view import EventView
from .event_view_data import EventViewData
from .experiment_list import ExperimentList
from .experiment_money import ExperimentMoney
from .experiment_plan_view import ExperimentPlanView
from .experiment_plan_view_request import ExperimentPlanViewRequest
from .experiment_request import ExperimentRequest
from .experiment_request_course_code import ExperimentRequestCourseCode
from .experiment_request_criterion import ExperimentRequestCriterion
from .experiment_request_labels import ExperimentRequestLabels
from .experiment_request_language import ExperimentRequestLanguage
from .experiment_request_mode import ExperimentRequestMode
from .experiment_state import ExperimentState
from .experiment_summary import ExperimentSummary
from .experiment_summary_criterion import ExperimentSummaryCriterion
from .experiment_summary_labels import ExperimentSummaryLabels
from .experiment_summary_links import ExperimentSummaryLinks
from .experiment_view import ExperimentView
from .experiment_view_criterion import ExperimentViewCriterion
from .experiment_view_labels import ExperimentViewLabels
from .experiment_view_links import ExperimentViewLinks
from .experiment_view_request import ExperimentViewRequest
from .factors import Factors
from .factors_reasoning_efforts_item_type_0 import FactorsReasoningEffortsItemType0
from .file_list import FileList
from .file_view import FileView
from .folder_request import FolderRequest
from .get_prompt_role import GetPromptRole
from .get_run_agreement_format import GetRunAgreementFormat
from .get_run_artefact_response_200 import GetRunArtefactResponse200
from .get_run_event_file_response_200 import GetRunEventFileResponse200
from .get_run_report_format import GetRunReportFormat
from .get_run_request_response_200 import GetRunRequestResponse200
from .import_form import ImportForm
from .invalid import Invalid
from .judge import Judge
from .judge_count import JudgeCount
from .judge_model import JudgeModel
from .judge_model_provider import JudgeModelProvider
from .judge_output_verbosity_type_0 import JudgeOutputVerbosityType0
from .judge_provider_type_0 import JudgeProviderType0
from .judge_reasoning_effort_type_0 import JudgeReasoningEffortType0
from .judge_row import JudgeRow
from .judge_rules import JudgeRules
from .judge_rules_output_verbosity_type_0 import JudgeRulesOutputVerbosityType0
from .key_list import KeyList
from .key_request import KeyRequest
from .key_request_scopes_item import KeyRequestScopesItem
from .key_view import KeyView
from .key_view_scopes_item import KeyViewScopesItem
from .left_out import LeftOut
from .letter_detail import LetterDetail
from .letter_detail_headers import LetterDetailHeaders
from .letter_detail_status import LetterDetailStatus
from .letter_list import LetterList
from .letter_view import LetterView
from .letter_view_status import LetterViewStatus
from .list_dead_letters_status_type_0 import ListDeadLettersStatusType0
from .list_experiment_cells_format import ListExperimentCellsFormat
from .list_experiment_cells_response_200 import ListExperimentCellsResponse200
from .list_experiment_cells_response_200_items_item import (
    ListExperimentCellsResponse200ItemsItem,
)
from .list_experiment_results_criterion_type_0 import (
    ListExperimentResultsCriterionType0,
)
from .list_experiment_results_format import ListExperimentResultsFormat
from .list_experiment_results_response_200 import ListExperimentResultsResponse200
from .list_experiment_results_response_200_best_type_0 import (
    ListExperimentResultsResponse200BestType0,
)
from .list_experiment_results_response_200_items_item import (
    ListExperimentResultsResponse200ItemsItem,
)
from .list_experiment_results_response_200_items_item_comparisons import (
    ListExperimentResultsResponse200ItemsItemComparisons,
)
from .list_experiment_results_response_200_items_item_comparisons_failed import (
    ListExperimentResultsResponse200ItemsItemComparisonsFailed,
)
from .list_experiment_results_response_200_items_item_cost_usd import (
    ListExperimentResultsResponse200ItemsItemCostUsd,
)
from .list_experiment_results_response_200_items_item_duration_s import (
    ListExperimentResultsResponse200ItemsItemDurationS,
)
from .list_experiment_results_response_200_items_item_inversions import (
    ListExperimentResultsResponse200ItemsItemInversions,
)
from .list_experiment_results_response_200_items_item_latency_ms import (
    ListExperimentResultsResponse200ItemsItemLatencyMs,
)
from .list_experiment_results_response_200_items_item_mean_se import (
    ListExperimentResultsResponse200ItemsItemMeanSe,
)
from .list_experiment_results_response_200_items_item_spearman import (
    ListExperimentResultsResponse200ItemsItemSpearman,
)
from .list_experiment_results_response_200_items_item_targets_met import (
    ListExperimentResultsResponse200ItemsItemTargetsMet,
)
from .list_experiment_results_response_200_items_item_tau_a import (
    ListExperimentResultsResponse200ItemsItemTauA,
)
from .list_experiment_results_response_200_items_item_tau_b import (
    ListExperimentResultsResponse200ItemsItemTauB,
)
from .list_experiment_results_response_200_items_item_top_regressions import (
    ListExperimentResultsResponse200ItemsItemTopRegressions,
)
from .list_experiment_results_response_200_items_item_zero_wins import (
    ListExperimentResultsResponse200ItemsItemZeroWins,
)
from .list_prompts_role_type_0 import ListPromptsRoleType0
from .list_run_comparisons_format import ListRunComparisonsFormat
from .list_run_comparisons_response_200 import ListRunComparisonsResponse200
from .list_run_comparisons_response_200_items_item import (
    ListRunComparisonsResponse200ItemsItem,
)
from .list_run_projections_format import ListRunProjectionsFormat
from .list_run_projections_response_200 import ListRunProjectionsResponse200
from .list_run_projections_response_200_items_item import (
    ListRunProjectionsResponse200ItemsItem,
)
from .list_run_projections_response_200_items_item_probability import (
    ListRunProjectionsResponse200ItemsItemProbability,
)
from .list_run_scores_format import ListRunScoresFormat
from .list_run_scores_response_200 import ListRunScoresResponse200
from .list_run_scores_response_200_items_item import ListRunScoresResponse200ItemsItem
from .list_run_webhook_deliveries_status_item import ListRunWebhookDeliveriesStatusItem
from .list_runs_sort import ListRunsSort
from .list_webhook_deliveries_status_item import ListWebhookDeliveriesStatusItem
from .manifest import Manifest
from .manifest_file import ManifestFile
from .measured import Measured
from .mode import Mode
from .move import Move
from .new_key_view import NewKeyView
from .new_key_view_scopes_item import NewKeyViewScopesItem
from .one_off_webhook import OneOffWebhook
from .one_off_webhook_events_item import OneOffWebhookEventsItem
from .order_effect import OrderEffect
from .package_list import PackageList
from .package_view import PackageView
from .package_view_inventory import PackageViewInventory
from .pair_counts import PairCounts
from .people_counts import PeopleCounts
from .plan_request import PlanRequest
from .plan_request_course_code import PlanRequestCourseCode
from .plan_request_labels import PlanRequestLabels
from .plan_request_language import PlanRequestLanguage
from .plan_request_mode import PlanRequestMode
from .plan_view import PlanView
from .plan_view_request import PlanViewRequest
from .planned_cell import PlannedCell
from .planned_comparisons import PlannedComparisons
from .planned_cost import PlannedCost
from .planned_inventory import PlannedInventory
from .planned_inventory_grades import PlannedInventoryGrades
from .planned_judge import PlannedJudge
from .planned_pairs import PlannedPairs
from .planned_pairs_boundaries import PlannedPairsBoundaries
from .planned_setting import PlannedSetting
from .planned_tokens import PlannedTokens
from .planned_totals import PlannedTotals
from .preflight_view import PreflightView
from .probe_view import ProbeView
from .probe_view_severity import ProbeViewSeverity
from .problem import Problem
from .problem_field import ProblemField
from .problem_field_in_type_0 import ProblemFieldInType0
from .progress import Progress
from .prompt import Prompt
from .prompt_difference import PromptDifference
from .prompt_difference_role import PromptDifferenceRole
from .prompt_list import PromptList
from .prompt_of import PromptOf
from .prompt_text import PromptText
from .prompt_text_role import PromptTextRole
from .prompt_view import PromptView
from .prompt_view_role import PromptViewRole
from .rate import Rate
from .recollect_error import RecollectError
from .recollect_found import RecollectFound
from .recollect_view import RecollectView
from .request_list import RequestList
from .request_view import RequestView
from .request_view_body import RequestViewBody
from .resampling import Resampling
from .result_view import ResultView
from .result_view_metadata import ResultViewMetadata
from .resume_request import ResumeRequest
from .revision_list import RevisionList
from .revision_view import RevisionView
from .revision_view_links import RevisionViewLinks
from .rotation import Rotation
from .run_agreement import RunAgreement
from .run_comparison import RunComparison
from .run_list import RunList
from .run_metrics import RunMetrics
from .run_request import RunRequest
from .run_request_course_code import RunRequestCourseCode
from .run_request_labels import RunRequestLabels
from .run_request_language import RunRequestLanguage
from .run_started import RunStarted
from .run_started_labels import RunStartedLabels
from .run_started_links import RunStartedLinks
from .run_started_request import RunStartedRequest
from .run_state import RunState
from .run_told import RunTold
from .run_told_labels import RunToldLabels
from .run_told_links import RunToldLinks
from .run_view import RunView
from .run_view_labels import RunViewLabels
from .run_view_links import RunViewLinks
from .run_view_request import RunViewRequest
from .run_webhook import RunWebhook
from .scale_agreement import ScaleAgreement
from .scales_of_both import ScalesOfBoth
from .seconds import Seconds
from .setting_difference import SettingDifference
from .setting_view import SettingView
from .settings_compared import SettingsCompared
from .spent import Spent
from .spread import Spread
from .standing import Standing
from .stop import Stop
from .stop_rule import StopRule
from .subscription_change import SubscriptionChange
from .subscription_change_events_item import SubscriptionChangeEventsItem
from .subscription_change_labels import SubscriptionChangeLabels
from .subscription_list import SubscriptionList
from .subscription_made import SubscriptionMade
from .subscription_made_labels import SubscriptionMadeLabels
from .subscription_made_links import SubscriptionMadeLinks
from .subscription_made_signing import SubscriptionMadeSigning
from .subscription_request import SubscriptionRequest
from .subscription_request_events_item import SubscriptionRequestEventsItem
from .subscription_request_labels import SubscriptionRequestLabels
from .subscription_request_signing import SubscriptionRequestSigning
from .subscription_view import SubscriptionView
from .subscription_view_labels import SubscriptionViewLabels
from .subscription_view_links import SubscriptionViewLinks
from .subscription_view_signing import SubscriptionViewSigning
from .target import Target
from .target_key import TargetKey
from .tau_difference import TauDifference
from .tau_difference_statistic import TauDifferenceStatistic
from .test_told import TestTold
from .test_webhook import TestWebhook
from .text_change import TextChange
from .tokens import Tokens
from .told_comparisons import ToldComparisons
from .told_progress import ToldProgress
from .unmatched_essay import UnmatchedEssay
from .unmatched_name import UnmatchedName
from .verdict import Verdict
from .verdict_counts import VerdictCounts
from .verdict_set_list import VerdictSetList
from .verdict_set_view import VerdictSetView
from .verdict_set_view_layout import VerdictSetViewLayout
from .verdict_set_view_links import VerdictSetViewLinks
from .verdict_text import VerdictText
from .verdict_text_shown_first import VerdictTextShownFirst
from .verdict_text_winner import VerdictTextWinner
from .wanted_pair import WantedPair

__all__ = (
    "Against",
    "AgainstVerdict",
    "AgreementNumbers",
    "AnchorPair",
    "Assets",
    "AttemptView",
    "AuditEntry",
    "AuditEntryIds",
    "AuditList",
    "BatchDetail",
    "BatchDetailLinks",
    "BatchEvent",
    "BatchEventKind",
    "BatchList",
    "BatchState",
    "BatchView",
    "BatchViewLinks",
    "BodyUploadAssetPackage",
    "Boundary",
    "Budget",
    "CellAttempt",
    "CellBudget",
    "CellCounts",
    "CellProgress",
    "CellState",
    "CellView",
    "CheckLivenessResponseCheckLiveness",
    "CheckReadinessResponse503",
    "CheckView",
    "ComparedEssay",
    "ComparedEssayRole",
    "ComparedRun",
    "CompareRunsFormat",
    "Comparisons",
    "Count",
    "DeliveryDetail",
    "DeliveryDetailLinks",
    "DeliveryDetailPayload",
    "DeliveryDetailStatus",
    "DeliveryList",
    "DeliveryView",
    "DeliveryViewLinks",
    "DeliveryViewStatus",
    "Design",
    "DesignBatchingModeType0",
    "DesignPairingType0",
    "Dispute",
    "DisputedPair",
    "DisputedPairExpertsType0",
    "DisputedPairPeople",
    "DisputedPairRun",
    "DisputeSide",
    "DistanceRow",
    "EssayGap",
    "EssayGapRole",
    "EssayName",
    "EssayNameRole",
    "EssayResult",
    "EssayResultConfidenceLabel",
    "Estimate",
    "EventList",
    "EventView",
    "EventViewData",
    "ExperimentList",
    "ExperimentMoney",
    "ExperimentPlanView",
    "ExperimentPlanViewRequest",
    "ExperimentRequest",
    "ExperimentRequestCourseCode",
    "ExperimentRequestCriterion",
    "ExperimentRequestLabels",
    "ExperimentRequestLanguage",
    "ExperimentRequestMode",
    "ExperimentState",
    "ExperimentSummary",
    "ExperimentSummaryCriterion",
    "ExperimentSummaryLabels",
    "ExperimentSummaryLinks",
    "ExperimentView",
    "ExperimentViewCriterion",
    "ExperimentViewLabels",
    "ExperimentViewLinks",
    "ExperimentViewRequest",
    "Factors",
    "FactorsReasoningEffortsItemType0",
    "FileList",
    "FileView",
    "FolderRequest",
    "GetPromptRole",
    "GetRunAgreementFormat",
    "GetRunArtefactResponse200",
    "GetRunEventFileResponse200",
    "GetRunReportFormat",
    "GetRunRequestResponse200",
    "ImportForm",
    "Invalid",
    "Judge",
    "JudgeCount",
    "JudgeModel",
    "JudgeModelProvider",
    "JudgeOutputVerbosityType0",
    "JudgeProviderType0",
    "JudgeReasoningEffortType0",
    "JudgeRow",
    "JudgeRules",
    "JudgeRulesOutputVerbosityType0",
    "KeyList",
    "KeyRequest",
    "KeyRequestScopesItem",
    "KeyView",
    "KeyViewScopesItem",
    "LeftOut",
    "LetterDetail",
    "LetterDetailHeaders",
    "LetterDetailStatus",
    "LetterList",
    "LetterView",
    "LetterViewStatus",
    "ListDeadLettersStatusType0",
    "ListExperimentCellsFormat",
    "ListExperimentCellsResponse200",
    "ListExperimentCellsResponse200ItemsItem",
    "ListExperimentResultsCriterionType0",
    "ListExperimentResultsFormat",
    "ListExperimentResultsResponse200",
    "ListExperimentResultsResponse200BestType0",
    "ListExperimentResultsResponse200ItemsItem",
    "ListExperimentResultsResponse200ItemsItemComparisons",
    "ListExperimentResultsResponse200ItemsItemComparisonsFailed",
    "ListExperimentResultsResponse200ItemsItemCostUsd",
    "ListExperimentResultsResponse200ItemsItemDurationS",
    "ListExperimentResultsResponse200ItemsItemInversions",
    "ListExperimentResultsResponse200ItemsItemLatencyMs",
    "ListExperimentResultsResponse200ItemsItemMeanSe",
    "ListExperimentResultsResponse200ItemsItemSpearman",
    "ListExperimentResultsResponse200ItemsItemTargetsMet",
    "ListExperimentResultsResponse200ItemsItemTauA",
    "ListExperimentResultsResponse200ItemsItemTauB",
    "ListExperimentResultsResponse200ItemsItemTopRegressions",
    "ListExperimentResultsResponse200ItemsItemZeroWins",
    "ListPromptsRoleType0",
    "ListRunComparisonsFormat",
    "ListRunComparisonsResponse200",
    "ListRunComparisonsResponse200ItemsItem",
    "ListRunProjectionsFormat",
    "ListRunProjectionsResponse200",
    "ListRunProjectionsResponse200ItemsItem",
    "ListRunProjectionsResponse200ItemsItemProbability",
    "ListRunScoresFormat",
    "ListRunScoresResponse200",
    "ListRunScoresResponse200ItemsItem",
    "ListRunsSort",
    "ListRunWebhookDeliveriesStatusItem",
    "ListWebhookDeliveriesStatusItem",
    "Manifest",
    "ManifestFile",
    "Measured",
    "Mode",
    "Move",
    "NewKeyView",
    "NewKeyViewScopesItem",
    "OneOffWebhook",
    "OneOffWebhookEventsItem",
    "OrderEffect",
    "PackageList",
    "PackageView",
    "PackageViewInventory",
    "PairCounts",
    "PeopleCounts",
    "PlannedCell",
    "PlannedComparisons",
    "PlannedCost",
    "PlannedInventory",
    "PlannedInventoryGrades",
    "PlannedJudge",
    "PlannedPairs",
    "PlannedPairsBoundaries",
    "PlannedSetting",
    "PlannedTokens",
    "PlannedTotals",
    "PlanRequest",
    "PlanRequestCourseCode",
    "PlanRequestLabels",
    "PlanRequestLanguage",
    "PlanRequestMode",
    "PlanView",
    "PlanViewRequest",
    "PreflightView",
    "ProbeView",
    "ProbeViewSeverity",
    "Problem",
    "ProblemField",
    "ProblemFieldInType0",
    "Progress",
    "Prompt",
    "PromptDifference",
    "PromptDifferenceRole",
    "PromptList",
    "PromptOf",
    "PromptText",
    "PromptTextRole",
    "PromptView",
    "PromptViewRole",
    "Rate",
    "RecollectError",
    "RecollectFound",
    "RecollectView",
    "RequestList",
    "RequestView",
    "RequestViewBody",
    "Resampling",
    "ResultView",
    "ResultViewMetadata",
    "ResumeRequest",
    "RevisionList",
    "RevisionView",
    "RevisionViewLinks",
    "Rotation",
    "RunAgreement",
    "RunComparison",
    "RunList",
    "RunMetrics",
    "RunRequest",
    "RunRequestCourseCode",
    "RunRequestLabels",
    "RunRequestLanguage",
    "RunStarted",
    "RunStartedLabels",
    "RunStartedLinks",
    "RunStartedRequest",
    "RunState",
    "RunTold",
    "RunToldLabels",
    "RunToldLinks",
    "RunView",
    "RunViewLabels",
    "RunViewLinks",
    "RunViewRequest",
    "RunWebhook",
    "ScaleAgreement",
    "ScalesOfBoth",
    "Seconds",
    "SettingDifference",
    "SettingsCompared",
    "SettingView",
    "Spent",
    "Spread",
    "Standing",
    "Stop",
    "StopRule",
    "SubscriptionChange",
    "SubscriptionChangeEventsItem",
    "SubscriptionChangeLabels",
    "SubscriptionList",
    "SubscriptionMade",
    "SubscriptionMadeLabels",
    "SubscriptionMadeLinks",
    "SubscriptionMadeSigning",
    "SubscriptionRequest",
    "SubscriptionRequestEventsItem",
    "SubscriptionRequestLabels",
    "SubscriptionRequestSigning",
    "SubscriptionView",
    "SubscriptionViewLabels",
    "SubscriptionViewLinks",
    "SubscriptionViewSigning",
    "Target",
    "TargetKey",
    "TauDifference",
    "TauDifferenceStatistic",
    "TestTold",
    "TestWebhook",
    "TextChange",
    "Tokens",
    "ToldComparisons",
    "ToldProgress",
    "UnmatchedEssay",
    "UnmatchedName",
    "Verdict",
    "VerdictCounts",
    "VerdictSetList",
    "VerdictSetView",
    "VerdictSetViewLayout",
    "VerdictSetViewLinks",
    "VerdictText",
    "VerdictTextShownFirst",
    "VerdictTextWinner",
    "WantedPair",
)
