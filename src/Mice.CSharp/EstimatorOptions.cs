using System;
using System.Threading;
using Microsoft.FSharp.Core;

namespace Mice.CSharp;

/// <summary>What every long computation is told besides its own options.</summary>
public abstract record EstimatorOptions
{
    /// <summary>Same seed, same numbers.</summary>
    public ulong Seed { get; init; } = RunModule.DefaultSeed;

    /// <summary>Processor threads, 1 or more; results do not depend on them.</summary>
    public int Threads { get; init; } = RunModule.quiet.Threads;

    /// <summary>
    /// Where the work keeps what it needs to go on, to the same result, after it was stopped; null for nowhere. A directory belongs to one set
    /// of options and data.
    /// </summary>
    public string? CheckpointDirectory { get; init; }

    /// <summary>The run of one call.</summary>
    internal Run ToRun(IProgress<EstimationProgress>? progress, CancellationToken cancellationToken, int? cudaDevice = null) =>
        new(
            KeyModule.ofSeed(Seed),
            Threads,
            Conversion.Device(cudaDevice),
            cancellationToken,
            Conversion.Progress(progress),
            CheckpointDirectory is { } directory
                ? FSharpOption<RunStore>.Some(RunStoreModule.at(directory))
                : FSharpOption<RunStore>.None
        );
}
