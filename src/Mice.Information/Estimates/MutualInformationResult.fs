namespace Mice.Information

open Mice
open Mice.Learning

/// What one estimator says of a mutual information.
type MethodEstimate =
    {
        /// Name of the estimator, as for MutualInformationOptions.Method.
        Method: string
        /// The value in nats, with error and direction.
        Estimate: Estimate<nat>
        /// Wall-clock time, seconds.
        Seconds: float
        /// One line about the estimator, and about changes that the estimator made to the data.
        Remark: string
        /// Training curves of its critics, one each: step, mean objective on batches, objective on the validation rows.
        Curves: CurvePoint[] list
    }

/// How far an estimate can be trusted.
type Reliability =
    {
        /// Bound on training rows less bound on test rows; None without critics.
        TrainTestGap: Estimate<nat> option
        /// Product pairs that the bound averaged over; None without critics.
        ProductPairs: float option
        /// (Σ e^f)²/Σ e^{2f} over them: how many carry the average; None without critics.
        EffectivePairs: float option
        /// Whether I + 2 exceeds ln(product pairs) or fewer than 100 pairs carry the average; without critics whether the estimate is at its own limit.
        Saturated: bool
        /// The estimate on pairs whose Y was taken from other rows: 0 within its error for a sound method.
        ShuffleBaseline: Estimate<nat>
        /// The estimate on a fraction of the rows, extrapolated by a straight line in 1/N to N → ∞; None where there are too few rows.
        Extrapolation: Estimate<nat> option
        /// The two estimates that disagree most, and by how many of their errors; None with a single estimate.
        Disagreement: struct (string * string * float) option
        /// min(H(X), H(Y)), above which no mutual information lies; None unless a variable is discrete.
        EntropyLimit: Estimate<nat> option
        /// Equal values in continuous columns.
        Ties: TieReport
        /// Independent rows that the rows are worth.
        EffectiveRows: float
    }

/// What <c>MutualInformation.estimate</c> found.
type MutualInformationResult =
    {
        /// The mutual information in nats, with error and direction.
        MutualInformation: Estimate<nat>
        /// Name of the estimator that the value is from.
        Method: string
        /// All estimators that ran, this one included.
        Estimates: MethodEstimate list
        /// How far it can be trusted.
        Reliability: Reliability
        /// The questions asked of the result.
        Checks: Check list
        /// What X was taken for.
        KindX: VariableKind
        /// What Y was taken for.
        KindY: VariableKind
        /// Rows of both.
        Rows: int
        /// Columns of X.
        ColumnsX: int
        /// Columns of Y.
        ColumnsY: int
        /// What was done to the data and why the estimator was chosen, a sentence each.
        Notes: string list
        /// Every setting that the result depends on.
        Settings: (string * string) list
        /// Wall-clock time, seconds.
        Seconds: float
    }
