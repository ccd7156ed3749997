using System.Collections.Generic;
using System.Linq;
using Mice.Information;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>What a variable is.</summary>
public enum SampleKind
{
    /// <summary>Told from the data: discrete where all numbers are whole and each occurs five times on average.</summary>
    Automatic,

    /// <summary>Real numbers of which hardly two are equal.</summary>
    Continuous,

    /// <summary>Symbols; a row of several columns is one symbol.</summary>
    Discrete,
}

/// <summary>How a mutual information is estimated. What is null is chosen by the library.</summary>
public sealed record MutualInformationEstimatorOptions : EstimatorOptions
{
    /// <summary>Names for <see cref="Method"/>, with a few words each.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Methods { get; } =
        Conversion.Settings(MutualInformation.methods);

    /// <summary>"auto", or the name of one estimator, see <see cref="Methods"/>.</summary>
    public string Method { get; init; } = MutualInformationOptionsModule.defaults.Method;

    /// <summary>What X is.</summary>
    public SampleKind KindX { get; init; }

    /// <summary>What Y is.</summary>
    public SampleKind KindY { get; init; }

    /// <summary>Neighbouring rows that are not independent of each other; null: from the autocorrelation of the columns.</summary>
    public int? BlockRows { get; init; }

    /// <summary>Number of the CUDA device; null computes on the processor.</summary>
    public int? CudaDevice { get; init; }

    internal MutualInformationOptions ToMutualInformationOptions() =>
        new(
            Method,
            Kind(KindX),
            Kind(KindY),
            BlockRows is { } rows ? FSharpOption<int>.Some(rows) : FSharpOption<int>.None
        );

    private static FSharpOption<VariableKind> Kind(SampleKind kind) =>
        kind switch
        {
            SampleKind.Continuous => FSharpOption<VariableKind>.Some(VariableKind.Continuous),
            SampleKind.Discrete => FSharpOption<VariableKind>.Some(VariableKind.Discrete),
            _ => FSharpOption<VariableKind>.None,
        };
}
