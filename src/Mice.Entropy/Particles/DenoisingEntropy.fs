namespace Mice.Entropy

open System
open System.Diagnostics
open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Learning
open Mice.Tensors

/// <summary>Excess entropy of a fluid or a crystal from snapshots, by how well noise can be told from the configuration that it was added to: an upper bound.</summary>
/// <remarks>
/// <para>With noise of standard deviation σ added to all coordinates, s_ex = −∫ (d − m(σ)) d ln σ per atom, relative to the ideal gas of the same density, d the
/// dimension and m(σ) the mean square error of the best prediction of the noise, in units of σ². Every network that predicts noise has a larger error
/// and gives an upper bound. Sources: A. J. Stam, Inf. Control 2, 101 (1959); D. Guo, S. Shamai, S. Verdú, IEEE Trans. Inf. Theory 51, 1261 (2005); X. Kong,
/// R. Brekelmans, G. Ver Steeg, ICLR 2023, arXiv:2302.03792.</para>
/// <para>Several networks are trained, each without one block of consecutive snapshots; the value of a snapshot comes from the network that has not seen it. The
/// parameters of a network are those that describe a validation snapshot best, which is none of those that it is judged by.</para>
/// </remarks>
[<RequireQualifiedAccess>]
module DenoisingEntropy =
    /// Largest noise in crystals, in mean distances: normal waves of displacements are right above it.
    [<Literal>]
    let private LargestInCrystals = 0.3

    /// Farthest that an atom may be from its site, over the shortest distance of two sites: soft crystals at their melting point reach 0.6, an atom that
    /// changed its site 1.
    [<Literal>]
    let private FarthestFromSite = 0.75

    let private smallBoxes (dimension: int) cutoff (snapshots: Snapshot[]) =
        let shortest =
            snapshots
            |> Array.map (fun s -> Cell.heights s.Cell |> Array.truncate dimension |> Array.min)
            |> Array.fold min infinity

        [
            if shortest < 2.0 * cutoff then
                MiceError.OutOfRange(
                    "the smallest height of the boxes",
                    $"{shortest:F2} Å",
                    $"at least twice the distance up to which neighbours are seen, {2.0 * cutoff:F2} Å"
                )
        ]

    /// Faults of a crystal whose atoms do not all stay at their sites.
    let private restless (sites: CrystalSites) (snapshots: Snapshot[]) : MiceError list =
        let farthest = CrystalSites.farthest sites snapshots

        [
            if farthest > FarthestFromSite then
                MiceError.OutOfRange(
                    "the farthest that an atom of the crystal is from its site",
                    $"{farthest:F2} of the shortest distance of two sites",
                    $"at most {FarthestFromSite}: atoms must not change their sites"
                )
        ]

    /// What networks start from, given training snapshots.
    let private baseline
        (options: DenoisingOptions)
        (snapshots: Snapshot[])
        : Result<Snapshot[] -> Denoiser, MiceError list> =
        let meanDistance = Snapshot.meanDistance options.Dimension snapshots
        let species = Composition.species snapshots

        // Of all snapshots, so that all networks have the same levels: two lengths, by which no snapshot is known.
        let shortest = ShortestPairs.find meanDistance snapshots

        let create network =
            Denoiser.create network options.Dimension meanDistance species shortest

        let fluid (training: Snapshot[]) =
            DensityModes.create options.Dimension (options.Network.Largest * meanDistance) training
            |> Baseline.Fluid
            |> create options.Network

        let crystal found (training: Snapshot[]) =
            CrystalModes.create options.Symmetry found training
            |> Baseline.Crystal
            |> create
                { options.Network with
                    Largest = min options.Network.Largest LargestInCrystals
                }

        let ofSites found =
            match restless found snapshots with
            | [] -> Ok(crystal found)
            | faults -> Error faults

        match options.Phase with
        | Some DenoisingPhase.Fluid -> Ok fluid
        | None when options.Dimension < 3 -> Ok fluid
        | phase ->
            match CrystalSites.find snapshots with
            | Ok found -> ofSites found
            | Error reason when phase.IsSome ->
                Error [ MiceError.OutOfRange("the phase", "crystal", $"fluid, since {reason}") ]
            | Error _ -> Ok fluid

    /// How many levels of noise a result shows.
    [<Literal>]
    let private ShownLevels = 24

    /// The integrand at the same levels for all networks.
    let private levels (d: Denoiser) (outcomes: DenoisingOutcome[]) : NoiseLevel[] =
        let at sigma =
            let found =
                outcomes
                |> Array.collect (fun o ->
                    o.Paths
                    |> Array.map (Array.map (fun path -> NoiseLevels.interpolate o.Sigmas path.Explained sigma)))

            {
                Sigma = sigma
                Explained = found |> Array.map Array.average |> Statistics.estimate Direction.LowerBound
                Smallest = found |> Array.collect id |> Array.min
            }

        NoiseLevels.even d ShownLevels |> Array.map at

    let private earlier (outcomes: DenoisingOutcome[]) : Estimate<kB / atom>[] =
        outcomes
        |> Array.collect _.Earlier
        |> Array.transpose
        |> Array.map (Array.map (fun above -> above * 1.0<kB / atom>) >> Statistics.estimate Direction.Exact)

    /// Held-out values of the snapshots of a network. A single snapshot has no passes: no other one tells the variances of its steps.
    let private heldOut (snapshots: Snapshot[]) (outcome: DenoisingOutcome) : SnapshotEntropy[] =
        let ofSnapshot i (paths: PathEntropy[]) =
            {
                Step = snapshots[outcome.Test[i]].Step
                Network = outcome.Network
                Entropy = paths |> Array.averageBy _.Bound
                Passes =
                    if outcome.Entropies.Length < 2 then
                        [||]
                    else
                        paths |> Array.map (fun path -> struct (path.Likelihood, path.Likelihood))
            }

        outcome.Entropies |> Array.mapi ofSnapshot

    let private collect
        options
        (run: Run)
        (d: Denoiser)
        (snapshots: Snapshot[])
        seconds
        (outcomes: DenoisingOutcome[])
        =
        let bound =
            let bySnapshot = outcomes |> Array.collect (heldOut snapshots)
            EntropyBound.create snapshots bySnapshot (outcomes |> Array.map _.Training.Curve) seconds

        let levels = levels d outcomes

        let struct (phase, spread) =
            match d.Baseline with
            | Baseline.Fluid _ -> struct (DenoisingPhase.Fluid, Some(CrystalSites.spread snapshots / d.MeanDistance))
            | Baseline.Crystal _ -> struct (DenoisingPhase.Crystal, None)

        let checks =
            (outcomes
             |> Seq.map (fun o -> $"network {o.Network + 1}", o.Training.Outcome)
             |> TrainingOutcome.stayedFinite)
            :: DenoisingChecks.all bound spread levels

        {
            Bound =
                { bound with
                    Checks = checks
                    Settings = DenoisingOptions.describe options @ Run.describe run
                }
            Phase = phase
            Levels = levels
            EarlierStages = earlier outcomes
            Cutoff = Denoiser.cutoff d * 1.0<Angstrom>
        }

    /// <summary>Estimates the excess entropy per atom.</summary>
    /// <param name="options">How; checked here.</param>
    /// <param name="run">Key, threads, device and so on; a store belongs to options, key, device and snapshots.</param>
    /// <param name="snapshots">Snapshots of one phase in time order, 8 or more (a check fails with fewer), the same atoms in all of them, of any species, positions in Å; no
    /// configuration twice.</param>
    /// <returns>Errors: OutOfRange, TooFewData, Mismatch (also a store of another calculation), BadFile (a damaged checkpoint), Unavailable (no tensor
    /// library).</returns>
    let estimate
        (options: DenoisingOptions)
        (run: Run)
        (snapshots: Snapshot[])
        : Result<DenoisingResult, MiceError list> =
        let clock = Stopwatch.StartNew()

        let conditions () =
            ("snapshots_sha256", AtomicDigests.ofSnapshots snapshots) :: DenoisingOptions.describe options

        validate {
            let! options = DenoisingOptions.check options

            and! () =
                ParticleSnapshots.faults "the denoising entropy" (options.Networks + 1) options.Dimension snapshots

            and! () = Run.faults run
            and! () = Engine.load ()
            let flat = snapshots |> Array.map (Snapshot.inDimensions options.Dimension)
            let! create = baseline options flat
            let d = create flat
            let! () = smallBoxes options.Dimension (Denoiser.cutoff d) flat
            let! claimed = Run.claim "denoising entropy" conditions run
            let! outcomes = DenoisingJobs.runAll options create flat claimed
            return collect options run d flat clock.Elapsed.TotalSeconds outcomes
        }

    /// <summary>A result without the thermal noise of its snapshots, and with an estimate of how loose its bound is.</summary>
    /// <param name="control">Values in the order of the snapshots.</param>
    /// <param name="result">From estimate.</param>
    let withControl (control: ControlVariate) (result: DenoisingResult) : DenoisingResult =
        { result with
            Bound = EntropyBound.withControl control result.Bound
        }
