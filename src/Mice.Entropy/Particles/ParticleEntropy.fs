namespace Mice.Entropy

open Mice
open Mice.Atoms

/// <summary>What a method found out about one set of snapshots of one phase.</summary>
[<RequireQualifiedAccess>]
type ParticleEntropy =
    /// By the noise that networks find.
    | Denoising of DenoisingResult
    /// Atom by atom along random passes.
    | Scan of ScanResult

    /// The bound.
    member this.Bound: EntropyBound =
        match this with
        | Denoising found -> found.Bound
        | Scan found -> found.Bound

    /// The name of the method.
    member this.Method: string =
        match this with
        | Denoising _ -> "denoising"
        | Scan _ -> "scan"

/// <summary>Excess entropy of particles from snapshots, by any method: an upper bound.</summary>
[<RequireQualifiedAccess>]
module ParticleEntropy =
    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="method">How; checked here.</param>
    /// <param name="run">Key, threads, device and so on; a store belongs to method, options, key, device and snapshots.</param>
    /// <param name="snapshots">As the method takes them.</param>
    /// <returns>Errors: those of the method.</returns>
    let estimate (method: ParticleMethod) (run: Run) (snapshots: Snapshot[]) : Result<ParticleEntropy, MiceError list> =
        match method with
        | ParticleMethod.Denoising options ->
            DenoisingEntropy.estimate options run snapshots |> Result.map ParticleEntropy.Denoising
        | ParticleMethod.Scan options -> ScanEntropy.estimate options run snapshots |> Result.map ParticleEntropy.Scan

    /// <summary>A result without the thermal noise of its snapshots, and with an estimate of how loose its bound is.</summary>
    /// <param name="control">Values in the order of the snapshots.</param>
    /// <param name="found">From estimate.</param>
    let withControl (control: ControlVariate) (found: ParticleEntropy) : ParticleEntropy =
        match found with
        | ParticleEntropy.Denoising result -> DenoisingEntropy.withControl control result |> ParticleEntropy.Denoising
        | ParticleEntropy.Scan result -> ScanEntropy.withControl control result |> ParticleEntropy.Scan

    /// <summary>The smallest of several bounds of the same snapshots: the tightest, since all of them are upper bounds.</summary>
    /// <param name="found">One or more.</param>
    let smallest (found: ParticleEntropy list) : ParticleEntropy =
        found |> List.minBy _.Bound.ExcessEntropy.Value
