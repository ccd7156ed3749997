namespace Mice.Benchmarks

open System
open System.Collections.Generic
open System.Globalization
open System.IO
open Mice
open Mice.Entropy
open Mice.Entropy.Halvings
open Mice.Entropy.Models
open Mice.Tensors
open Mice.Samplers
open Mice.Testing.Measuring

/// Time until the entropy of an Ising model is known to 0.003 nats per site, against the networks of the MICE paper in plain PyTorch.
[<RequireQualifiedAccess>]
module MiceBench =
    [<Literal>]
    let private Tolerance = 0.003

    [<Literal>]
    let private Goal = 10.0

    let private threads = Environment.ProcessorCount
    let private temperatures = [ 2.0; 2.269185314 ]

    /// Seconds that PyTorch has, given those of Mice: a little more than the goal, which the ratio then exceeds.
    let private cap mine = max 120.0 (1.2 * Goal * mine)

    /// Parts of the default number of steps.
    let private shares = [ 8; 4; 2; 1 ]

    /// An estimate at a time: seconds from the beginning, and its difference from the exact entropy.
    type private Found = { Seconds: float; Deviation: float }

    /// Snapshots of one temperature, the same for both sides.
    type private Drawn =
        {
            Sampling: IsingSampling
            Exact: float
        }

    let private draw temperature =
        let model = IsingModel.square 64 temperature

        {
            Sampling = IsingSampling.draw IsingSamplingOptions.defaults (Run.seeded 7UL Run.quiet) model |> ok
            Exact = float (ExactIsing.tryFind model |> Option.get).Averages.Entropy
        }

    /// The first time from which on the entropy stays within the tolerance.
    let private reached (found: Found list) =
        let within = found |> List.map (fun f -> abs f.Deviation <= Tolerance)

        found
        |> List.indexed
        |> List.tryFind (fun (i, _) -> within |> List.skip i |> List.forall id)
        |> Option.map (fun (_, f) -> f.Seconds)

    let private ours (drawn: Drawn) (training: HalfTrainingOptions) =
        let sampling = drawn.Sampling
        let model = sampling.Model

        let energies =
            {
                Beta = 1.0 / model.Temperature
                Values = sampling.Snapshots.Sites |> Array.map (IsingModel.energy model)
                MeanPerSite = sampling.EnergyPerSite
            }

        LatticeMice.estimate
            { LatticeMiceOptions.defaults with
                Training = training
            }
            { Run.quiet with Threads = threads }
            {
                Snapshots = sampling.Snapshots
                Spins = LatticeSpins.ising (SpinSymmetry.ofModel model)
                GroupSnapshots = sampling.SnapshotsPerChain
                Energies = Some energies
                Hamiltonian = None
                First = Params.empty
            }
        |> ok

    /// Compiles what the measured runs run.
    let private warmUp drawn =
        ours
            drawn
            { HalfTrainingOptions.defaults with
                Steps = 2
                JointBlocks = 1
                ProductBlocks = 1
            }
        |> ignore

    /// Runs of growing numbers of steps, each from nothing.
    let private oursBySteps (drawn: Drawn) =
        [
            for share in shares do
                let steps = HalfTrainingOptions.defaults.Steps / share

                let result =
                    ours
                        drawn
                        { HalfTrainingOptions.defaults with
                            Steps = steps
                        }

                let found =
                    {
                        Seconds = result.Seconds
                        Deviation = float result.EntropyPerSite.Value - drawn.Exact
                    }

                printfn "Mice, %d steps: %.1f s, %+.5f" steps found.Seconds found.Deviation
                steps, found, result
        ]

    /// The counted block and what the energies of the held-out snapshots correct: PyTorch is left with the mutual informations alone.
    let private blockEntropy (result: HalvingResult) =
        let halves =
            result.Levels
            |> List.filter (fun l -> not l.Saturated)
            |> List.sumBy (fun l -> 0.5 * float l.MutualInformation.Value / l.Halves.Volume)

        float result.Bound.Value + halves

    /// Whether the entropy has stayed within the tolerance for as long again as it took to get there, a minute at least.
    let private settled (found: Found list) =
        match reached found with
        | Some first -> (List.last found).Seconds >= max (2.0 * first) (first + 60.0)
        | None -> false

    let private theirs (drawn: Drawn) mine block =
        let parse (line: string) =
            let numbers =
                line.Split ' ' |> Array.map (fun n -> Double.Parse(n, CultureInfo.InvariantCulture))

            printfn "PyTorch: %.1f s, %+.5f" numbers[0] (numbers[1] - drawn.Exact)

            {
                Seconds = numbers[0]
                Deviation = numbers[1] - drawn.Exact
            }

        let rec follow (rest: IEnumerator<Found>) found =
            if settled found || not (rest.MoveNext()) then
                found
            else
                follow rest (found @ [ rest.Current ])

        inFolder (fun folder ->
            let file = Path.Combine(folder, "snapshots.npy")
            SnapshotFile.writeSpins None file drawn.Sampling.Snapshots |> ok

            let lines =
                [
                    file
                    string block
                    string LatticeMiceOptions.defaults.LargestHalf
                    string threads
                    string (cap mine)
                ]
                |> Peer.lines "mice.py"
                |> Seq.map parse

            use rest = lines.GetEnumerator()
            follow rest [])

    /// The cells of a temperature, and the least that the ratio of times can be.
    let private row temperature =
        let drawn = draw temperature
        warmUp drawn
        let runs = oursBySteps drawn
        let _, _, longest = List.last runs
        let mine = runs |> List.map (fun (_, found, _) -> found)
        let first = reached mine

        let peer =
            blockEntropy longest |> theirs drawn (first |> Option.defaultValue longest.Seconds)

        let most = (List.last peer).Seconds
        let second = reached peer
        let seconds = Option.map (fun (s: float) -> $"{s:F0}")

        let ratio =
            match first with
            | Some s -> (second |> Option.defaultValue most) / s
            | None -> 0.0

        let steps =
            runs
            |> List.tryFind (fun (_, found, _) -> Some found.Seconds = first)
            |> Option.map (fun (n, _, _) -> $"{n:N0}")

        let more = if second.IsNone then "more than " else ""

        [
            $"{temperature:F4}"
            $"{drawn.Exact:F6}"
            defaultArg steps "none"
            seconds first |> Option.defaultValue "not reached"
            $"%+.5f{(List.last mine).Deviation}"
            seconds second |> Option.defaultValue $"not reached in {most:F0}"
            $"%+.5f{(List.last peer).Deviation}"
            (if first.IsNone then "none" else $"{more}{ratio:F1}")
            $"{Goal}"
        ],
        ratio

    let private run () =
        let rows, ratios = temperatures |> List.map row |> List.unzip

        {
            Markdown =
                Table.markdown
                    [
                        "T"
                        "exact s"
                        "Mice, steps"
                        "Mice, s"
                        "Mice − exact at the default steps"
                        "PyTorch, s"
                        "PyTorch − exact at its end"
                        "PyTorch / Mice"
                        "goal, at least"
                    ]
                    rows
                + $"\n\n64×64 sites, 2,048 snapshots, the same for both; {threads} threads. Seconds until the entropy per site stays within {Tolerance} nats of the exact one: Mice from nothing \
                   with an eighth, a quarter, a half and all of the default steps, PyTorch along one training until it has stayed there for as long again, {1.2 * Goal:F0} times as long as Mice at most (two minutes at least). PyTorch has a concatenated convolutional critic for \
                   each size of halves as the paper (PNAS 117, 30234 (2020)); it is given the counted block and Mice's correction by energies, and continues the same area law beyond the same largest halves."
            Passed = ratios |> List.forall (fun r -> r >= Goal)
        }

    /// `bench mice`.
    let measurement: Measurement =
        {
            Name = "mice"
            Title = "Time to an entropy within 0.003, against the networks of the MICE paper"
            Run = run
        }
