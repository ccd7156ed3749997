namespace Mice.CSharp;

/// <summary>What an estimated number promises about the true one, apart from its statistical error.</summary>
public enum EstimateKind
{
    /// <summary>The true value is at most the expected estimate.</summary>
    UpperBound,

    /// <summary>The true value is at least the expected estimate.</summary>
    LowerBound,

    /// <summary>Unbiased, or biased by much less than the standard error.</summary>
    Exact,

    /// <summary>Nothing is promised, as for the difference of two upper bounds.</summary>
    NoBound,
}

/// <summary>A number with one standard error and what it promises. The property that holds it names its unit.</summary>
/// <param name="Value">The number.</param>
/// <param name="StandardError">One standard error; NaN when unknown.</param>
/// <param name="Kind">What the number promises about the true value.</param>
public readonly record struct MeasuredValue(double Value, double StandardError, EstimateKind Kind)
{
    /// <summary>Sign of the direction, value and error: <c>≤ -4.38(2)</c>; the error in brackets counts in units of the last digit.</summary>
    public override string ToString() => EstimateModule.formatWithDirection(ToEstimate());

    internal static MeasuredValue From(Estimate estimate) =>
        new(
            estimate.Value,
            estimate.StandardError,
            estimate.Direction.IsUpperBound ? EstimateKind.UpperBound
            : estimate.Direction.IsLowerBound ? EstimateKind.LowerBound
            : estimate.Direction.IsExact ? EstimateKind.Exact
            : EstimateKind.NoBound
        );

    internal Estimate ToEstimate() =>
        new(
            Value,
            StandardError,
            Kind switch
            {
                EstimateKind.UpperBound => Direction.UpperBound,
                EstimateKind.LowerBound => Direction.LowerBound,
                EstimateKind.Exact => Direction.Exact,
                _ => Direction.NoBound,
            }
        );
}
