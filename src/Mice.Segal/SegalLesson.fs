namespace Mice.Segal

open Mice

/// What the steps of a training share.
[<NoEquality; NoComparison>]
type internal Lesson =
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
        /// Where half of all conditions and snapshots come from, once snapshots alone were learned from.
        Focus: SegalFocus option
    }

/// Conditions of samples of the network, and how many snapshots stand beside them.
[<Struct; NoEquality; NoComparison>]
type internal Exercise =
    {
        Key: Key
        Conditions: Conditions[]
        Snapshots: int
    }

/// <summary>Steps of a training: what they learn from, and their gradients.</summary>
[<RequireQualifiedAccess>]
module internal SegalLesson =
    /// The least spread of ln q + E/k_BT that advantages are divided by, nats.
    let private leastSpread = 0.05

    /// The factors of ∇ ln q in the gradient.
    let advantages (rule: SegalRule) (samples: int) (values: float[]) : float[] =
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

    /// Conditions of samples of the network in a step; share of the way down in temperature.
    let private conditions (l: Lesson) (key: Key) (share: float) : Conditions[] =
        let count = l.Options.Conditions

        let focused =
            match l.Focus with
            | Some focus -> SegalFocus.conditions (key |> Key.named "focus" |> Key.generator) (count / 2) focus
            | None -> [||]

        ConditionRange.upper share l.Range
        |> ConditionRange.draw (Key.named "conditions" key) (count - focused.Length) l.Width
        |> Array.append focused

    /// <summary>What a step learns from.</summary>
    /// <param name="l">What all steps share.</param>
    /// <param name="round">The step, from 0.</param>
    let exercise (l: Lesson) (round: int) : Exercise =
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
                Conditions = conditions l key (min 1.0 share) |> Array.collect (Array.replicate o.Samples)
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

        let chosen =
            Array.init count (fun i ->
                match l.Focus with
                | Some focus when i < count / 2 -> SegalFocus.snapshot generator focus
                | _ -> generator.NextInt all.Conditions.Length)

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

    /// <summary>ln q + H/k_BT on average over samples of the network, or over snapshots where there are no samples, nats, and the gradient of what is made smaller.</summary>
    /// <param name="l">What all steps share.</param>
    /// <param name="n">The network.</param>
    /// <param name="e">What the step learns from.</param>
    let learn (l: Lesson) (n: SegalNetwork) (e: Exercise) : struct (float * float32[]) =
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
