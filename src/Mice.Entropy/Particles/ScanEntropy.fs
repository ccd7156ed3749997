namespace Mice.Entropy

open System
open System.Diagnostics
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Learning
open Mice.Tensors

/// <summary>Excess entropy of particles from snapshots, by the chain rule along random passes: an upper bound.</summary>
/// <remarks>
/// <para>s_ex ≤ −⟨ln(λ/ρ)⟩_atoms + ln⟨λ/ρ⟩_space, per atom and relative to the ideal gas of the same density ρ, for every model λ(x | past) of
/// the conditional intensity of finding an atom at x given all atoms behind a plane through x; equality for the true intensity.</para>
/// <para>Several networks are trained, each without one block of consecutive snapshots; the value of a snapshot comes from the network that has
/// not seen it. So all snapshots count, and the bound is on held-out data throughout. Training has a fixed length: nothing is selected by its result.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module ScanEntropy =
    /// Mean distances ρ^(−1/d) that neighbours are seen up to, by default.
    [<Literal>]
    let private CutoffInMeanDistances = 2.3

    let private snapshotFaults (options: ScanOptions) (snapshots: Snapshot[]) =
        let species = Composition.species snapshots

        [
            // Beside the held-out block at least one snapshot to train on and one to watch the training.
            yield! ParticleSnapshots.faults "the scan" (max 4 (options.Networks + 1)) options.Dimension snapshots

            if species.Length > 1 then
                let names = String.Join(", ", species)
                MiceError.OutOfRange("the species of the atoms", names, "one species; mixtures are not supported yet")
        ]

    let private collect
        (options: ScanOptions)
        (run: Run)
        (snapshots: Snapshot[])
        seconds
        (outcomes: Outcome[])
        : ScanResult =
        let main = outcomes |> Array.filter (fun o -> o.Job.Network.IsSome)
        let bySnapshot = main |> Array.collect (fun o -> o.Snapshots)
        let ratios = main |> Array.collect (fun o -> o.MeanRatios)

        let bound =
            EntropyBound.create snapshots bySnapshot (main |> Array.map _.Training.Curve) seconds

        let calibration = ScanChecks.calibration bySnapshot ratios

        let rows =
            outcomes
            |> Array.filter (fun o -> o.Job.Network.IsNone)
            |> Array.map (fun o ->
                let entropies = o.Snapshots |> Array.map (fun s -> s.Entropy * 1.0<kB / atom>)

                {
                    Cutoff = o.Job.Cutoff * 1.0<Angstrom>
                    ExcessEntropy = Statistics.estimate Direction.UpperBound entropies
                })

        let checks =
            (outcomes |> Seq.map (fun o -> o.Job.Name, o.Training.Outcome) |> TrainingOutcome.stayedFinite)
            :: ScanChecks.all bound.NetworkEntropies bound.ExcessEntropy calibration rows

        {
            Bound =
                { bound with
                    Checks = checks
                    Settings = ScanOptions.describe options @ Run.describe run
                }
            MeanRatios = ratios
            Calibration = calibration
            ByCutoff = rows
        }

    let private sharedPlaces (all: ScanSnapshots) =
        [
            if ScanSnapshots.closestDistance all < 1e-6 then
                MiceError.OutOfRange(
                    "the shortest distance between two atoms",
                    "0 Å",
                    "above 0; two atoms share a place"
                )
        ]

    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="options">How; checked here.</param>
    /// <param name="run">Key, threads, device and so on; a store belongs to options, key, device and snapshots.</param>
    /// <param name="snapshots">Snapshots of one phase in time order, the same atoms of one species in all of them, positions in Å; no configuration twice.</param>
    /// <returns>Errors: OutOfRange, TooFewData, Mismatch (also a store of another calculation), BadFile (a damaged checkpoint), Unavailable (no
    /// tensor library).</returns>
    let estimate (options: ScanOptions) (run: Run) (snapshots: Snapshot[]) : Result<ScanResult, MiceError list> =
        let clock = Stopwatch.StartNew()

        let conditions () =
            ("snapshots_sha256", AtomicDigests.ofSnapshots snapshots) :: ScanOptions.describe options

        validate {
            let! options = ScanOptions.check options
            and! () = snapshotFaults options snapshots
            and! () = Run.faults run
            and! () = Engine.load ()

            let cutoff =
                match options.Cutoff with
                | Some r -> float r
                | None -> CutoffInMeanDistances * Snapshot.meanDistance options.Dimension snapshots

            let all = ScanSnapshots.prepare options.Dimension options.Symmetry cutoff snapshots
            let! () = sharedPlaces all
            let! claimed = Run.claim "scan entropy" conditions run
            let jobs = ScanJobs.plan options cutoff snapshots.Length
            let! outcomes = ScanJobs.runAll options claimed all snapshots jobs
            return collect options run snapshots clock.Elapsed.TotalSeconds outcomes
        }

    /// <summary>A result without the thermal noise of its snapshots, and with an estimate of how loose its bound is.</summary>
    /// <param name="control">Values in the order of the snapshots.</param>
    /// <param name="result">From estimate.</param>
    let withControl (control: ControlVariate) (result: ScanResult) : ScanResult =
        { result with
            Bound = EntropyBound.withControl control result.Bound
        }
