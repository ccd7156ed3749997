namespace Mice.Segal

open Mice
open Mice.Learning
open Mice.Tensors

/// A trained network.
[<NoEquality; NoComparison>]
type SegalTrained =
    {
        /// With averaged weights.
        Network: SegalNetwork
        /// Its curve is ln q + (E − BΣ charge)/k_BT per site: of samples of the network an upper bound of −ln Z/N on average over the conditions, of snapshots a lower one.
        State: TrainingState
        /// How far the network is from equilibrium, on average over the snapshots; None where it has not learned from snapshots.
        Divergence: Estimate<1> option
        /// The same in parts of the range.
        Parts: SegalDivergence[]
    }

/// <summary>Training by both Kullback–Leibler divergences: −⟨ln q⟩ over snapshots in equilibrium (forward), and ⟨ln q + (E − BΣ charge)/k_BT⟩ over samples of the network itself (reverse).</summary>
/// <remarks>
/// The forward one covers all that snapshots show, and has little noise; each snapshot is moved by a random operation of the symmetry. The reverse one sees energies, and its noise vanishes where the network is right. Its gradient is the
/// mean of A ∇ ln q, A the sample's value less the mean of the others at its conditions (leave-one-out), divided by the
/// spread at these conditions, so that conditions with large fluctuations do not drown the others. Conditions then weigh differently, and as the spread is that of the same samples,
/// the gradient has a bias of the order of one by their number; the minimum, where all values at a condition are equal, stays where it is. The published advantage is divided by |mean| instead, which has zeros.
/// Once snapshots alone were learned from, half of all conditions and snapshots come from parts of the range in proportion to the divergence that is left there.
/// Conditions go a twentieth beyond the range on all sides, so that its borders are learned as well as its middle.
/// Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), eqs. 7 and 8; W. Kool et al., ICLR workshop (2019).
/// </remarks>
[<RequireQualifiedAccess>]
module SegalTraining =
    /// Those of <c>SegalPresets.mixed</c>.
    let defaults: SegalTrainingOptions = SegalPresets.mixed.Options

    /// Decay of the average of weights.
    let private averaging = 0.99

    let private weightsOf (parameters: Params) : float32[] =
        Params.tensor "weights" parameters |> Tensor.toArray<float32>

    let private toParameters (weights: float32[]) : Params =
        Params.node [ "weights", Params.Leaf(Tensor.ofArray [ weights.Length ] weights) ]

    let private withWeights (n: SegalNetwork) (weights: float32[]) : SegalNetwork =
        { n with
            Network = { n.Network with Weights = weights }
        }

    let private objective (l: Lesson) : Objective<Exercise> =
        {
            RoundSteps = 1
            Draw = fun round _ -> SegalLesson.exercise l round
            Gradient =
                fun state e _ ->
                    let n = weightsOf state.Parameters |> withWeights l.Network
                    let struct (value, gradient) = SegalLesson.learn l n e
                    struct (value / float n.System.Sites, toParameters gradient, nan)
            Held = None
        }

    /// The share of the work that walkers are.
    let private walking = 0.1

    let private snapshots (run: Run) (o: SegalTrainingOptions) (range: ConditionRange) (s: SemiGrandSystem) =
        match o.Source with
        | _ when not (SegalTrainingOptions.usesSnapshots o) -> Ok None
        | SnapshotSource.Given given -> Ok(Some given)
        | SnapshotSource.Walkers walk ->
            ThermalWalk.create (run |> Run.within 0.0 walking "" |> Run.named "walkers") walk range s
            |> Result.map Some

    let private rate (o: SegalTrainingOptions) =
        match o.Rule with
        | SegalRule.Published -> Schedule.constant o.LearningRate
        | SegalRule.Balanced -> Schedule.cosine o.LearningRate 0.0 (int64 o.Steps)

    /// A part of the training, up to a number of steps.
    let private plan (o: SegalTrainingOptions) (name: string) (steps: int) : TrainingPlan =
        { TrainingPlan.create name steps (rate o) with
            Phase = "training"
            Message = fun state -> $"step {TrainingState.step state} of {o.Steps}"
            Averaging = averaging
            LookEvery = max 1 (o.Steps / 20)
        }

    let private stage (plan: TrainingPlan) (l: Lesson) (first: TrainingState) =
        Training.run plan (objective l) first l.Run

    /// Snapshots alone, then the rest, with half an eye on what was not learned.
    let private stages (l: Lesson) : Result<TrainingState, MiceError list> =
        let o = l.Options
        let alone = int (ceil (o.Forward * float o.Steps))
        let whole = plan o "segal" o.Steps

        let start =
            TrainingState.start whole.Optimiser (toParameters l.Network.Network.Weights)

        validate {
            let! first =
                if alone = 0 then
                    Ok start
                else
                    let share = float alone / float o.Steps

                    stage
                        (plan o "segal-snapshots" alone)
                        { l with
                            Run = Run.within 0.0 share "" l.Run
                        }
                        start

            let isDone =
                alone = o.Steps || (first.Outcome.IsSome && first.Outcome <> Some TrainingOutcome.AllSteps)

            return!
                if isDone then
                    Ok first
                else
                    let focus =
                        l.Snapshots
                        |> Option.bind (fun snapshots ->
                            weightsOf first.Best
                            |> withWeights l.Network
                            |> SegalFocus.create (Run.named "focus" l.Run) l.Range snapshots)

                    stage whole { l with Focus = focus } { first with Outcome = None }
        }

    let private finish (run: Run) (l: Lesson) (state: TrainingState) : SegalTrained =
        let network = weightsOf state.Best |> withWeights l.Network

        let struct (divergence, parts) =
            match l.Snapshots with
            | None -> struct (None, [||])
            | Some snapshots ->
                let struct (all, parts) =
                    SegalDivergence.create (Run.named "divergence" run) snapshots network

                struct (Some all, parts)

        {
            Network = network
            State = state
            Divergence = divergence
            Parts = parts
        }

    /// <summary>Trains a network. With a store training goes on from where it was; snapshots of walkers are drawn again, the same ones.</summary>
    /// <param name="run">Threads, key, progress, cancellation, store.</param>
    /// <param name="o">How.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange, Mismatch, BadFile (a checkpoint of another network).</returns>
    let train (run: Run) (o: SegalTrainingOptions) (n: SegalNetwork) : Result<SegalTrained, MiceError list> =
        validate {
            let! () = SegalTrainingOptions.faults o n
            and! () = Run.faults run
            and! () = Engine.load ()

            let! claimed =
                Run.claim
                    "training of a network for a lattice"
                    (fun () -> SegalFile.notes n @ SegalTrainingOptions.notes o)
                    run

            let range = ConditionRange.widened n.Range
            let! snapshots = snapshots claimed o range n.System

            let begun = if snapshots.IsSome then walking else 0.0

            let lesson =
                {
                    Run = Run.within begun (1.0 - begun) "" claimed
                    Options = o
                    Network = n
                    Range = range
                    Width = SemiGrandSystem.turningField n.System
                    Snapshots = snapshots
                    Group = if snapshots.IsSome then n.System.Symmetries.Value else [||]
                    Focus = None
                }

            let! state = stages lesson
            return finish claimed lesson state
        }
