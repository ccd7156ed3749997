using System;
using System.Runtime.CompilerServices;
using Mice.Entropy;
using Mice.Information;
using Mice.Rsmi;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>The results of the F# libraries that values of the façade were made from: for what shows or stores a value in full.</summary>
/// <remarks>Kept beside the values, not in them, so that a changed copy of a value has none.</remarks>
public static class Origin
{
    private static readonly ConditionalWeakTable<object, object> Known = [];

    /// <summary>The value, with its result remembered as long as it lives.</summary>
    internal static T Remember<T>(object result, T value)
        where T : class
    {
        Known.Add(value, result);
        return value;
    }

    /// <summary>The result that a value was made from; null when the value was made or changed by a user, or comes from a result of another type.</summary>
    /// <typeparam name="TResult">Type of the result, such as <see cref="ScanResult"/> for a <see cref="ScanEntropyEstimate"/>.</typeparam>
    /// <param name="value">A value that an estimator of the façade returned.</param>
    public static TResult? Of<TResult>(object value)
        where TResult : class => Known.TryGetValue(value, out var result) ? result as TResult : null;

    /// <summary>What an estimator found, in full; null for a value that was made or changed by a user.</summary>
    internal static ResultDescription? Description(object value) =>
        Of<object>(value) switch
        {
            ScanResult scan => ParticleDescription.create([ParticleEntropy.NewScan(scan)]),
            DenoisingResult denoising => ParticleDescription.create([ParticleEntropy.NewDenoising(denoising)]),
            MeltingResult melting => MeltingDescription.create(melting),
            MutualInformationResult information => MutualInformationDescription.create(information),
            LatticeResult point => LatticeDescription.create([], [point]),
            Tuple<FSharpOption<RsmiSystem>, RsmiPoint> found => RsmiDescription.create([], found.Item1, [found.Item2]),
            _ => null,
        };
}
