namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers
open Mice.Testing.Measuring

/// Entropies of lattice models against values known in another way, at many temperatures.
[<RequireQualifiedAccess>]
module LatticeVerification =
    /// What is compared, and how closely the two methods of ours are to agree with the reference.
    type private Comparison =
        {
            Shown: string list
            MiceGoal: float
            ScanGoal: float
            /// Minutes in all.
            Limit: float option
        }

    /// What the paper's figure 1 compares, and our own baselines.
    let private ising =
        {
            Shown = [ "mice"; "scan"; "naive"; "kikuchi"; "frontier_16"; "compression" ]
            MiceGoal = 0.003
            ScanGoal = 0.0005
            Limit = None
        }

    let private sweep =
        { ising with
            Shown = [ "mice"; "scan" ]
            Limit = Some 15.0
        }

    let private xy =
        {
            Shown = [ "mice"; "scan"; "naive"; "compression" ]
            MiceGoal = 0.005
            ScanGoal = 0.003
            Limit = None
        }

    /// How every temperature is estimated where nothing else is said.
    [<Literal>]
    let private apart =
        "default settings, nothing carried from one temperature to the next"

    let private asking methods =
        { LatticeEntropyOptions.defaults with
            Methods = methods
        }

    let private run (comparison: Comparison) what (estimate: unit -> Result<LatticeResult list, MiceError list>) () =
        let watch = Stopwatch.StartNew()

        let points = estimate () |> ok

        let table =
            points
            |> List.filter (fun p -> p.Method <> "integration")
            |> LatticeComparison.table comparison.Shown

        let mice, miceHonest = LatticeComparison.summary points "mice"
        let scan, scanHonest = LatticeComparison.summary points "scan"

        let minutes = watch.Elapsed.TotalMinutes

        let limit =
            comparison.Limit |> Option.map (fun l -> $" (goal {l})") |> Option.defaultValue ""

        let failed =
            (LatticeDescription.create [] points).Checks
            |> List.filter (fun c -> not c.Passed)
            |> List.map (fun c -> "\n* " + c.Name)
            |> String.concat ""

        {
            Markdown =
                $"{what}, 2,048 snapshots at each temperature; {minutes:F1} minutes in all{limit}, sampling included. s in nats per site; `scan` and `mice` are best estimates.\n\n{table}\n\n\
                  Largest deviation: MICE {mice:F5} (goal {comparison.MiceGoal}), scan {scan:F5} (goal {comparison.ScanGoal}). Within three errors of the difference: \
                  MICE {100.0 * miceHonest:F0} %%, scan {100.0 * scanHonest:F0} %% (goal 95 %%). Checks that failed:\n"
                + (if failed = "" then "\n* none" else failed)
            Passed =
                mice <= comparison.MiceGoal
                && scan <= comparison.ScanGoal
                && miceHonest >= 0.95
                && scanHonest >= 0.95
                && (comparison.Limit |> Option.forall (fun limit -> minutes <= limit))
        }

    let private ofIsing transfer methods (model: IsingModel) (temperatures: float list) () =
        let options =
            { asking methods with
                Transfer = transfer
            }

        LatticeEntropy.estimate options Run.quiet (Ising.model IsingSamplingOptions.defaults model) temperatures

    let private everything = LatticeModel.methods (Ising.square 64)

    let private ofXY (model: XYModel) (temperatures: float list) () =
        let lattice = XY.model XYChainOptions.defaults XYIntegrationOptions.defaults model

        LatticeEntropy.estimate (asking (LatticeModel.methods lattice)) Run.quiet lattice temperatures

    /// `verify ising`.
    let ferromagnet: Measurement =
        {
            Name = "ising"
            Title = "Ising ferromagnet on the square lattice against Kaufman's torus"
            Run =
                [ 1.5; 1.8; 2.0; 2.15; 2.2; 2.269185314; 2.35; 2.5; 2.75; 3.0; 4.0; 6.0 ]
                |> ofIsing false everything (IsingModel.square 64 1.0)
                |> run ising $"64×64 sites, {apart}"
        }

    /// `verify ising-sweep`.
    let handedOn: Measurement =
        {
            Name = "ising-sweep"
            Title = "A sweep through the transition of the Ising ferromagnet with networks handed on"
            Run =
                [ 2.0; 2.1; 2.15; 2.2; 2.25; 2.3; 2.35; 2.4; 2.5; 2.6; 2.8; 3.0 ]
                |> ofIsing true [ LatticeMethod.Mice; LatticeMethod.Scan ] (IsingModel.square 64 1.0)
                |> run
                    sweep
                    "64×64 sites, networks of each temperature started from those of the next higher one, with a third of the default steps, critics from a third of the learning rate (--transfer)"
        }

    /// `verify ising-triangular`.
    let antiferromagnet: Measurement =
        {
            Name = "ising-triangular"
            Title = "Ising antiferromagnet on the triangular lattice against free fermions on the torus"
            Run =
                [ 0.5; 0.7; 1.0; 1.25; 1.5; 1.75; 2.0; 2.5; 3.0; 4.0; 6.0; 10.0 ]
                |> ofIsing false everything (IsingModel.triangularAntiferromagnet 64 1.0)
                |> run ising $"64×64 sites, {apart}"
        }

    /// An error of the reference about twice that of the defaults, in a quarter of the time.
    let internal shortIntegration: XYIntegrationOptions =
        { XYIntegrationOptions.defaults with
            Chains = 16
            Steps = 150
            Equilibrate = 100
        }

    let private planarTemperatures =
        [ 0.1; 0.3; 0.5; 0.7; 0.8; 0.9; 1.0; 1.1; 1.25; 1.5; 2.0; 3.0 ]

    /// Sixteen planar spins taken for the whole: the critics of the whole torus's halvings up to their size, and no others.
    let private runNaive () =
        let options =
            { asking [ LatticeMethod.Mice; LatticeMethod.Integration ] with
                Mice =
                    { LatticeMiceOptions.defaults with
                        LargestHalf = 8
                    }
            }

        let model =
            XY.model XYChainOptions.defaults shortIntegration (XYModel.square 64 1.0)

        let naive =
            LatticeEntropy.estimate options Run.quiet model planarTemperatures
            |> ok
            |> List.filter (fun p -> p.Method = "naive")

        let above =
            naive |> List.choose LatticeComparison.deviation |> List.map (fun d -> d.Value / d.StandardError)

        {
            Markdown =
                Table.markdown
                    [ "T"; "reference s"; "naive − reference (error)" ]
                    (naive |> List.map (fun p -> LatticeComparison.row [ "naive" ] [ p ] |> List.take 3))
                + "\n\n64×64 sites, relative to dθ, 2,048 snapshots at each temperature, default settings: S(4×4)/16 from the halvings of that block, an upper bound. These \
                   are the critics and snapshots of `verify xy`, to which this adds a column; the reference is a shorter integration (16 chains of 150 steps). Goal: nowhere below the reference by more than three errors."
            Passed = above |> List.forall (fun z -> z > -3.0)
        }

    /// `verify xy-naive`.
    let planarNaive: Measurement =
        {
            Name = "xy-naive"
            Title = "XY ferromagnet: the naive estimate from 16 spins"
            Run = runNaive
        }

    /// `verify xy`.
    let planar: Measurement =
        {
            Name = "xy"
            Title = "XY ferromagnet on the square lattice against integrated energies"
            Run = planarTemperatures |> ofXY (XYModel.square 64 1.0) |> run xy $"64×64 sites, relative to dθ, {apart}"
        }
