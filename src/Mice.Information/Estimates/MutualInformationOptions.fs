namespace Mice.Information

/// What a variable is.
[<RequireQualifiedAccess>]
type VariableKind =
    /// Real numbers of which hardly two are equal.
    | Continuous
    /// Symbols; a row of several columns is one symbol.
    | Discrete

/// What variables are, in words.
[<RequireQualifiedAccess>]
module VariableKind =
    /// <summary>The name used in files and settings: continuous, discrete.</summary>
    /// <param name="kind">What a variable is.</param>
    let name (kind: VariableKind) : string =
        match kind with
        | VariableKind.Continuous -> "continuous"
        | VariableKind.Discrete -> "discrete"

/// How <c>MutualInformation.estimate</c> works. Start from MutualInformationOptions.defaults and change fields with { … with … }.
type MutualInformationOptions =
    {
        /// "auto", or the name of one estimator, see <c>MutualInformation.methods</c>.
        Method: string
        /// What X is; None: discrete where all of its numbers are whole and each occurs five times on average.
        KindX: VariableKind option
        /// What Y is; None: as for X.
        KindY: VariableKind option
        /// Neighbouring rows that are not independent of each other; None: from the autocorrelation of the columns.
        BlockRows: int option
    }

/// Defaults.
[<RequireQualifiedAccess>]
module MutualInformationOptions =
    /// Everything found from the data.
    let defaults: MutualInformationOptions =
        {
            Method = "auto"
            KindX = None
            KindY = None
            BlockRows = None
        }
