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
/// Conditions go a twentieth beyond the range on all sides, so that its borders are learned as well as its middle.
/// Source: J. Damewood et al., npj Comput. Mater. 8, 61 (2022), eqs. 7 and 8; W. Kool et al., ICLR workshop (2019).
/// </remarks>
[<RequireQualifiedAccess>]
module SegalTraining =
    /// Those of <c>SegalPresets.mixed</c>.
    let defaults: SegalTrainingOptions = SegalPresets.mixed.Options

    /// Decay of the average of weights.
    let private averaging = 0.99

    /// The least spread of ln q + E/k_BT that advantages are divided by, nats.
    let private leastSpread = 0.05

    let private weightsOf (parameters: Params) : float32[] =
        Params.tensor "weights" parameters |> Tensor.toArray<float32>

    let private toParameters (weights: float32[]) : Params =
        Params.node [ "weights", Params.Leaf(Tensor.ofArray [ weights.Length ] weights) ]

    let private withWeights (n: SegalNetwork) (weights: float32[]) : SegalNetwork =
        { n with
            Network = { n.Network with Weights = weights }
        }

    /// The factors of ∇ ln q in the gradient.
    let internal advantages (rule: SegalRule) (samples: int) (values: float[]) : float[] =
        values
        |> Array.chunkBySize samples
        |> Array.collect (fun own ->
            let mean = Array.average own
            let count = float own.Length

            let scale =
                match rule with
                | SegalRule.Published -> abs mean
                | SegalRule.Balanced ->
                    let spread = sqrt (own |> Array.averageBy (fun x -> (x - mean) ** 2.0))
                    // Less the mean of the others.
                    (count - 1.0) / count * max leastSpread spread

            own |> Array.map (fun x -> (x - mean) / scale / float values.Length))

    /// What the steps of a training share.
    type private Lesson =
        {
            Run: Run
            Options: SegalTrainingOptions
            Network: SegalNetwork
            /// What is learned, a little more than the range of the network.
            Range: ConditionRange
            /// Where fields are dense.
            Width: (float -> float) option
            Snapshots: ThermalSnapshots option
            /// Operations that snapshots are moved by.
            Group: int[][]
        }

    /// Conditions of samples of the network, and how many snapshots stand beside them.
    [<Struct>]
    type private Exercise =
        {
            Key: Key
            Conditions: Conditions[]
            Snapshots: int
        }

    let private exercise (l: Lesson) (round: int) : Exercise =
        let o = l.Options
        let key = l.Run.Key |> Key.named "steps" |> Key.item round
        let size = o.Conditions * o.Samples

        if float round < o.Forward * float o.Steps then
            {
                Key = key
                Conditions = [||]
                Snapshots = size
            }
        else
            let share = float (round + 1) / (o.Annealing * float o.Steps + 1.0)

            {
                Key = key
                Conditions =
                    ConditionRange.upper (min 1.0 share) l.Range
                    |> ConditionRange.draw (Key.named "conditions" key) o.Conditions l.Width
                    |> Array.collect (Array.replicate o.Samples)
                Snapshots = int (o.Mixed * float size)
            }

    /// ln q + H/k_BT of samples of the network, and the gradient of its mean.
    let private reverse (l: Lesson) (n: SegalNetwork) (e: Exercise) : struct (float * float32[]) =
        let struct (drawn, past) =
            SegalNetwork.drawKeeping
                { l.Run with
                    Key = Key.named "samples" e.Key
                }
                n
                e.Conditions

        let values = SegalDivergence.potentials n e.Conditions drawn.States drawn.Logarithms

        let struct (gradient, _) =
            advantages l.Options.Rule l.Options.Samples values
            |> SegalNetwork.gradient l.Run n e.Conditions drawn.States past

        struct (Array.average values, gradient)

    /// ln q + H/k_BT of random snapshots, each moved by a random operation, and the gradient of the mean of −ln q.
    let private forward (l: Lesson) (n: SegalNetwork) (key: Key) (count: int) (all: ThermalSnapshots) =
        let generator = Key.generator key
        let sites = n.System.Sites
        let chosen = Array.init count (fun _ -> generator.NextInt all.Conditions.Length)
        let conditions = chosen |> Array.map (Array.get all.Conditions)
        let states = Array.zeroCreate<byte>(count * sites)

        for i in 0 .. count - 1 do
            let g = l.Group[generator.NextInt l.Group.Length]

            for site in 0 .. sites - 1 do
                states[i * sites + g[site]] <- all.States[chosen[i] * sites + site]

        let struct (logarithms, gradient) =
            SegalNetwork.surprise { l.Run with Key = key } n conditions states

        let value =
            logarithms
            |> Array.mapi (fun i own ->
                SegalDivergence.potential n conditions[i] all.Energies[chosen[i]] all.TotalCharges[chosen[i]] own)
            |> Array.average

        struct (value, gradient)

    let private learn (l: Lesson) (n: SegalNetwork) (e: Exercise) : struct (float * float32[]) =
        let snapshots () =
            forward l n (Key.named "snapshots" e.Key) e.Snapshots (Option.get l.Snapshots)

        if e.Conditions.Length = 0 then
            snapshots ()
        else
            let struct (value, gradient) = reverse l n e

            if e.Snapshots > 0 then
                let struct (_, other) = snapshots ()
                let weight = float32 l.Options.Mixed
                struct (value, Array.map2 (fun own more -> own + weight * more) gradient other)
            else
                struct (value, gradient)

    let private objective (l: Lesson) : Objective<Exercise> =
        {
            RoundSteps = 1
            Draw = fun round _ -> exercise l round
            Gradient =
                fun state e _ ->
                    let n = weightsOf state.Parameters |> withWeights l.Network
                    let struct (value, gradient) = learn l n e
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

            let lesson =
                {
                    Run = claimed
                    Options = o
                    Network = n
                    Range = range
                    Width = SemiGrandSystem.turningField n.System
                    Snapshots = snapshots
                    Group = if snapshots.IsSome then n.System.Symmetries.Value else [||]
                }

            let plan =
                { TrainingPlan.create "segal" o.Steps (rate o) with
                    Averaging = averaging
                }

            let begun = if snapshots.IsSome then walking else 0.0

            let! state =
                TrainingState.start plan.Optimiser (toParameters n.Network.Weights)
                |> fun first -> Training.run plan (objective lesson) first (Run.within begun (1.0 - begun) "" claimed)

            return finish claimed lesson state
        }
