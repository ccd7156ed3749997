module Mice.Plots.Tests.FiguresTests

open Expecto
open System.Reflection
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Learning
open Mice.Plots
open Mice.Plots.Tests.PlotsTests
open Mice.Quests
open Mice.Samplers
open Mice.Testing.Systems
open Mice.Segal
open Plotly.NET

let private point step loss =
    {
        Step = step
        Loss = loss
        Held = None
    }

let private lattice =
    let points = TemperatureFiguresTests.points true [ 2.0; 2.2; 2.4; 2.6 ]

    points
    |> List.map (fun p ->
        { p with
            Reference =
                Some
                    {
                        EntropyPerSite = Estimate.exact (2.0 * p.Temperature * p.Temperature * 1.0<nat / site>)
                        Source = "by construction"
                    }
            Curves = [ "network 1", [| point 1 0.5; point 2 0.4 |]; "network 2", [| point 1 0.6 |] ]
        })

let private derivatives = TemperatureDerivatives.ofPoints lattice

/// Two temperatures of drawn snapshots.
let sampled: SampledLattice list =
    [
        for t, energy in [ 2.0, -1.7; 3.0, -0.8 ] ->
            {
                File = $"s,{t}.npy"
                Source =
                    {
                        Model = "ising"
                        Parameters = [ "lattice", "square"; "coupling", "1"; "field", "0" ]
                        Temperature = t
                        Seed = 1UL
                        SnapshotsPerChain = 4
                        EnergyPerSite = Estimate.create energy 0.001 Direction.Exact
                    }
                Snapshots = 2048
                AutocorrelationTime = Estimate.create 0.5 0.01 Direction.Exact
                Steps = "rounds"
                Seconds = 1.0
                Checks = []
            }
    ]

let private series: MdSeries =
    {
        Name = "Temperature"
        Unit = "K"
        Values = [| 349.0; 351.0 |]
        Mean = Estimate.create 350.0 1.0 Direction.Exact
    }

let private denoising =
    FakeParticles.snapshots 20 40.4
    |> FakeParticles.bound -4.4 0.01 40.4
    |> FakeParticles.denoising DenoisingPhase.Crystal

let private information = MutualInformationReportTests.result

let private phases =
    [ Style.solid "solid" Colour.blue, FakeParticles.scan melting.Solid.Bound ]

let private networks (found: ParticleEntropy) = found.Bound.Training.Length

let private halves = [ "4×4"; "4×8" ]
let private temperatures = [ for t in [ "2"; "2.2"; "2.4"; "2.6" ] -> $"T = {t}" ]

/// A small network that has learned nothing, asked at two temperatures and three fields.
let private smallLattice, private smallGrid =
    let system = SemiGrandSystem.ising (IsingModel.square 3 2.0) |> ok

    let range: ConditionRange =
        {
            Temperature = 2.0, 3.0
            Field = -0.2, 0.2
        }

    let grid: SegalGrid =
        {
            Temperatures = [| 2.0; 3.0 |]
            Fields = [| -0.2; 0.0; 0.2 |]
        }

    SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range system |> ok, grid

let private segal: SegalMap =
    SegalMap.create Run.quiet { Samples = 40; Operations = 1 } smallGrid true smallLattice
    |> Result.bind (SegalMap.withResponses Run.quiet 8 smallLattice)
    |> ok

/// The same with two phases at the lower temperature.
let private withPhases: SegalMap =
    let pair: PhasePair =
        {
            Temperature = 2.0
            Left = -1.0
            Right = 1.0
            Field = Estimate.create 0.0 0.01 Direction.NoBound
            Depth = Estimate.create 0.2 0.01 Direction.NoBound
        }

    { segal with
        Profiles =
            segal.Profiles
            |> Array.mapi (fun i p ->
                { p with
                    Pairs = if i = 0 then [| pair |] else [||]
                })
    }

let private chains: NeuralMap =
    let options =
        { NeuralChain.defaults with
            Chains = 4
            Rounds = 20
            Equilibrate = 0
            Kept = 1
        }

    NeuralMap.create Run.quiet options smallGrid true smallLattice |> ok

let private brackets: KnownBracket list =
    [
        for t in [ 2.0; 3.0 ] ->
            let conditions: Conditions = { Temperature = t; Field = 0.0 }

            {
                Bracket =
                    {
                        Conditions = conditions
                        Lower = Estimate.create (0.1 * t * 1.0<nat / site>) 0.001<nat / site> Direction.LowerBound
                        Upper = Estimate.create (0.11 * t * 1.0<nat / site>) 0.001<nat / site> Direction.UpperBound
                        LogPartitionLower = Estimate.create (1.0 / t) 0.001 Direction.LowerBound
                        LogPartitionUpper = Estimate.create (1.01 / t) 0.001 Direction.UpperBound
                        ReducedEnthalpy = Estimate.exact -1.0
                        EffectiveSampleSize = 0.5
                        Checks = []
                    }
                Exact = Some(0.105 * t * 1.0<nat / site>)
            }
    ]

/// Every public figure: its function, a chart of it, and the names of its traces in the legend.
let private figures: (string * GenericChart * string list) list =
    let networksOf = [ for i in 1 .. networks melting.Solid -> $"network {i}" ]
    let once = "solid" :: List.replicate (networks melting.Solid - 1) ""
    let x, y = MutualInformationReportTests.x, MutualInformationReportTests.y

    let critics =
        [ for i in 1..2 -> [ $"critic {i}, batches"; $"critic {i}, validation" ] ]

    let methods = [ "mice"; "naive" ]

    let capacities =
        "energies, Δe/ΔT" :: (methods |> List.map (fun m -> $"{m}, T Δs/ΔT"))

    [
        "ScanFigures.training", ScanFigures.training "Solid" melting.Solid.Bound, networksOf
        "ScanFigures.loss", ScanFigures.loss phases, once
        "ScanFigures.byCutoff", Option.get (ScanFigures.byCutoff phases), [ "solid" ]
        "ScanFigures.pairs", ScanFigures.pairs [ Style.solid "liquid" Colour.blue, pairs.Liquid ], [ "liquid" ]
        "DenoisingFigures.levels", DenoisingFigures.levels [ Style.solid "liquid" Colour.blue, denoising ], [ "liquid" ]
        "ParticleFigures.main", ParticleFigures.main melting.Solid, networksOf
        "ParticleFigures.compare",
        ParticleFigures.compare
            [
                Style.solid "solid" Colour.blue, ParticleEntropy.Denoising denoising
                Style.solid "liquid" Colour.blue, melting.Liquid
            ]
        |> List.head,
        [ "solid" ]
        "MeltingFigures.gibbs", MeltingFigures.gibbs melting, [ "± one standard error"; "with Δcₚ"; "linear" ]
        "MeltingFigures.pairs", MeltingFigures.pairs pairs, [ "solid"; "liquid" ]
        "MdFigures.againstTime", MdFigures.againstTime [| 0.0; 1.0 |] series, [ "" ]
        "EnvironmentFigures.histogram",
        EnvironmentFigures.histogram "δH" [| -1.0<nat>, 3L; 0.5<nat>, 1L; 7.0<nat>, 2L |],
        [ "" ]
        "EnvironmentFigures.errors",
        EnvironmentFigures.errors
            [|
                for i in 0..3 ->
                    {
                        Middle = float i * 1.0<nat>
                        Environments = 10
                        Error = Estimate.create (0.1 * float i) 0.02 Direction.Exact
                    }
            |],
        [ "" ]
        "EnvironmentFigures.atoms",
        EnvironmentFigures.atoms
            "Atoms"
            (Snapshot.ofPositions "Cu" (Cell.cubic 10.0) [| 0.0; 0.0; 0.0; 2.0; 3.0; 9.0 |])
            [| -1.0<nat>; 3.0<nat> |],
        [ "" ]
        "EnvironmentFigures.byFrame",
        EnvironmentFigures.byFrame "Frames" "Nats" [ "mean", [| 1.0; 2.0 |]; "largest", [| 3.0; 2.5 |] ],
        [ "mean"; "largest" ]
        "MutualInformationFigures.comparison",
        MutualInformationFigures.comparison information,
        [ "no bound"; "lower bound (≥)"; "upper bound (≤)"; "unbiased" ]
        "MutualInformationFigures.training",
        MutualInformationFigures.training information.Estimates[1],
        List.concat critics
        "MutualInformationFigures.scatter", Option.get (MutualInformationFigures.scatter x y information), [ "" ]
        "LatticeFigures.entropies", LatticeFigures.entropies lattice, "reference" :: methods
        "LatticeFigures.deviations", Option.get (LatticeFigures.deviations lattice), methods
        "LatticeFigures.training", LatticeFigures.training lattice.Head, [ "network 1"; "network 2" ]
        "ScaleFigures.mutualInformation", ScaleFigures.mutualInformation lattice, temperatures
        "ScaleFigures.perInterface", ScaleFigures.perInterface lattice, temperatures
        "ScaleFigures.perSite", ScaleFigures.perSite lattice, temperatures
        "ScaleFigures.create", ScaleFigures.create lattice |> List.head, temperatures
        "TemperatureFigures.heatCapacities", TemperatureFigures.heatCapacities derivatives, capacities
        "TemperatureFigures.slopes", TemperatureFigures.slopes derivatives, halves
        "TemperatureFigures.create", TemperatureFigures.create lattice |> List.head, capacities
        "TemperatureFigures.perInterface", TemperatureFigures.perInterface lattice, halves
        "SamplingFigures.energies", SamplingFigures.energies sampled, [ "" ]
        "SegalFigures.training",
        SegalFigures.training
            [|
                { Step = 1; Loss = -0.5; Held = None }
                { Step = 2; Loss = -0.6; Held = None }
            |],
        [ "" ]
        "SegalFigures.potentials", SegalFigures.potentials segal, [ "T = 2"; "exact"; "T = 3"; "" ]
        "SegalFigures.charges", SegalFigures.charges segal, [ "T = 2"; "exact"; "T = 3"; "" ]
        "SegalFigures.effectiveSamples", SegalFigures.effectiveSamples segal, [ "" ]
        "SegalFigures.heatCapacities", SegalFigures.heatCapacities segal, [ "" ]
        "SegalFigures.susceptibilities", SegalFigures.susceptibilities segal, [ "" ]
        "SegalFigures.responses", SegalFigures.responses segal |> List.head, [ "" ]
        "SegalFigures.phases", SegalFigures.phases withPhases, [ "asked"; "two phases"; "" ]
        "SegalFigures.profiles", SegalFigures.profiles segal, [ "T = 2"; "T = 3" ]
        "SegalFigures.jumps", SegalFigures.jumps segal, [ "below"; "above" ]
        "SegalFigures.chainCharges", SegalFigures.chainCharges chains, [ "T = 2"; "exact"; "T = 3"; "" ]
        "SegalFigures.chainEnergies", SegalFigures.chainEnergies chains, [ "T = 2"; "T = 3" ]
        "SegalFigures.acceptances", SegalFigures.acceptances chains, [ "" ]
        "SegalFigures.autocorrelationTimes", SegalFigures.autocorrelationTimes chains, [ "" ]
        "BracketFigures.entropies", BracketFigures.entropies brackets, [ "at most"; "at least"; "exact" ]
        "BracketFigures.intervals", BracketFigures.intervals brackets, [ "95 %"; "upper bound"; "exact" ]
        yield! AlloyFiguresTests.figures
        yield! RsmiFiguresTests.figures
    ]

[<Tests>]
let tests =
    testList
        "FiguresTests"
        [
            test "Every public figure is a chart with the traces that it should have, a title and named axes" {
                for name, chart, traces in figures do
                    Expect.equal
                        (ChartJson.traces chart |> List.map ChartJson.name)
                        traces
                        "traces of chart equal traces"

                    Expect.notEqual (ChartJson.title chart) "" "title of chart differs from what is given"
                    let layout = (ChartJson.parse chart).GetProperty "layout"

                    // Axes in space belong to a scene.
                    let axes =
                        match layout.TryGetProperty "scene" with
                        | true, scene -> scene
                        | false, _ -> layout

                    let axis =
                        axes.GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString()

                    Expect.isTrue (axis <> "") name
            }

            test "No public figure is left out of that list" {
                let returnsCharts (m: MethodInfo) =
                    m.ReturnType = typeof<GenericChart>
                    || m.ReturnType = typeof<GenericChart option>
                    || m.ReturnType = typeof<GenericChart list>

                let exported =
                    [
                        for t in typeof<Report>.Assembly.GetExportedTypes() do
                            if t.Name.EndsWith "Figures" then
                                for m in t.GetMethods(BindingFlags.Public ||| BindingFlags.Static) do
                                    if returnsCharts m then
                                        $"{t.Name}.{m.Name}"
                    ]

                Expect.equal
                    (figures |> List.map (fun (name, _, _) -> name) |> set)
                    (set exported)
                    "set of figures equals set of exported"
            }

            test "A user restyles a figure with the functions of Plotly.NET" {
                let chart =
                    MeltingFigures.gibbs melting
                    |> Chart.withTitle "Mine"
                    |> Chart.withXAxisStyle (TitleText = "T / K")
                    |> Chart.withTemplate ChartTemplates.darkMirrored

                Expect.equal (ChartJson.title chart) "Mine" "title of chart is Mine"
                let layout = (ChartJson.parse chart).GetProperty "layout"

                Expect.equal
                    (layout.GetProperty("xaxis").GetProperty("title").GetProperty("text").GetString())
                    "T / K"
                    "xaxis is T / K"
                // Nothing of our own look is left beside the template.
                Expect.isFalse
                    (fst (layout.TryGetProperty "paper_bgcolor"))
                    "not: fst layout try get property paper bgcolor holds"

                Expect.equal ((layout.GetProperty "shapes").GetArrayLength()) 2 "shapes are 2"
            }
        ]
