namespace Mice.Segal

open System
open Mice
open Mice.Autoregressive

/// What the layers are told of temperature and field.
[<RequireQualifiedAccess>]
type ConditionForm =
    /// 1/T and B/T, in which ln q is nearly linear, asinh(NB/k_BT), which resolves small fields, all within −1…1 over the range, 1, which makes a bias, and tents over the fields: of some fields, evenly
    /// over the range, the two next to B have shares of 1 by how near they are, which resolves transitions at low temperatures. There are so many at most, and
    /// they are no closer than four times the field k_BT/N that turns a lattice over at the lowest temperature.
    | Natural of mostTents: int
    /// T and B times factors, as published.
    | Published of temperature: float * field: float

/// How a network looks.
type SegalForm =
    {
        /// Units of a site in each hidden layer.
        Widths: int[]
        /// The function behind hidden layers.
        Activation: MaskedActivation
        /// What the layers are told.
        Conditions: ConditionForm
        /// Whether what sites before it do to a site, by the energy, is added to what the network says of it.
        KnowsEnergy: bool
        /// Whether a configuration and the flipped one are a pair whose probability is the sum of both, and one of the two is chosen by their charges alone. It is done where flipping all sites
        /// is a symmetry of the energy: neither the choice nor more than one of the two has to be learned.
        Pairs: bool
    }

/// A network for the states of a system at all temperatures and fields of a range.
[<NoEquality; NoComparison>]
type SegalNetwork =
    {
        System: SemiGrandSystem
        Range: ConditionRange
        Form: SegalForm
        Network: MaskedNetwork
        /// What states become when all sites are flipped, where pairs are drawn.
        Flip: byte[] option
    }

/// Networks.
[<RequireQualifiedAccess>]
module SegalNetwork =
    /// Four units of a site in each of two layers, natural conditions, the energy known.
    let form: SegalForm =
        {
            Widths = [| 4; 4 |]
            Activation = MaskedActivation.Tanh
            Conditions = ConditionForm.Natural 64
            KnowsEnergy = true
            Pairs = true
        }

    /// Fields that layers are told of: of pairs they are told |B|.
    let private toldFields (hasPairs: bool) (range: ConditionRange) : float * float =
        let weakest, strongest = range.Field

        if hasPairs then
            0.0, max (abs weakest) (abs strongest)
        else
            range.Field

    /// The least distance of two tents in fields that turn a lattice over, k_BT/N.
    let private turnings = 4.0

    /// What layers are told before the tents.
    let private untented = 4

    /// How many tents stand over a range of fields; none over a single field.
    let private tents (most: int) (system: SemiGrandSystem) (temperature: float) (weakest: float, strongest: float) =
        let turning = system.Boltzmann * temperature / float system.Sites

        match ceil ((strongest - weakest) / (turnings * turning)) with
        | 0.0 -> 0
        | enough -> int (min enough (float most))

    let private shape (form: SegalForm) (hasPairs: bool) (range: ConditionRange) (system: SemiGrandSystem) =
        {
            Sites = system.Sites
            States = system.States
            Conditions =
                match form.Conditions with
                | ConditionForm.Natural most ->
                    untented + tents most system (fst range.Temperature) (toldFields hasPairs range)
                | ConditionForm.Published _ -> 2
            Widths = form.Widths
            Activation = form.Activation
        }

    /// <summary>A network before training.</summary>
    /// <param name="key">The random numbers.</param>
    /// <param name="form">How it looks.</param>
    /// <param name="range">What it is to learn.</param>
    /// <param name="system">What it is of.</param>
    /// <returns>Errors: OutOfRange, Mismatch.</returns>
    let create
        (key: Key)
        (form: SegalForm)
        (range: ConditionRange)
        (system: SemiGrandSystem)
        : Result<SegalNetwork, MiceError list> =
        let formFaults =
            match form.Conditions with
            | ConditionForm.Natural most -> Validate.atLeast 0 "the tents over the fields" most
            | ConditionForm.Published _ -> []

        match SemiGrandSystem.faults system @ ConditionRange.faults range @ formFaults with
        | [] ->
            let flip = if form.Pairs then SemiGrandSystem.flip system else None

            MaskedNetwork.create key (shape form flip.IsSome range system)
            |> Result.map (fun network ->
                {
                    System = system
                    Range = range
                    Form = form
                    Network = network
                    Flip = flip
                })
        | faults -> Error faults

    /// To −1…1 over a range; 0 where the range is a point.
    let private scaled (low: float, high: float) (x: float) =
        if high > low then
            2.0 * (x - low) / (high - low) - 1.0
        else
            0.0

    /// Shares of fields, evenly over a range, in one: those of the two next to it, of the outermost one beyond the range.
    let private tentsOf (count: int) (range: float * float) (field: float) : float32[] =
        let at = 0.5 * (scaled range field + 1.0) * float (count - 1)
        let at = at |> max 0.0 |> min (float (count - 1))
        Array.init count (fun k -> float32 (max 0.0 (1.0 - abs (at - float k))))

    let private told (n: SegalNetwork) (c: Conditions) : float32[] =
        match n.Form.Conditions with
        | ConditionForm.Published(t, b) -> [| float32 (t * c.Temperature); float32 (b * c.Field) |]
        | ConditionForm.Natural _ ->
            let low, high = n.Range.Temperature
            let weakest, strongest = n.Range.Field
            // The largest |B|/T of the range is at its lowest temperature.
            let reach = max (abs weakest) (abs strongest) / low |> max 1e-12
            // Pairs are the same in the opposite field.
            let field = if n.Flip.IsSome then abs c.Field else c.Field
            // Energies of the whole lattice by k_BT.
            let count = float n.System.Sites / n.System.Boltzmann

            [|
                float32 (scaled (1.0 / high, 1.0 / low) (1.0 / c.Temperature))
                float32 (field / c.Temperature / reach)
                float32 (Math.Asinh(count * field / c.Temperature) / Math.Asinh(count * reach))
                1.0f
                yield! tentsOf (n.Network.Shape.Conditions - untented) (toldFields n.Flip.IsSome n.Range) field
            |]

    /// What the layers are told of every sample; one under the conditions of the sample before has it from there.
    let private toldAll (n: SegalNetwork) (conditions: Conditions[]) : float32[] =
        let width = n.Network.Shape.Conditions
        let all = Array.zeroCreate (width * conditions.Length)

        for i in 0 .. conditions.Length - 1 do
            if i > 0 && conditions[i] = conditions[i - 1] then
                Array.blit all (width * (i - 1)) all (width * i) width
            else
                Array.blit (told n conditions[i]) 0 all (width * i) width

        all

    /// What outputs are multiplied by, √(T_highest/T): midway between entropies, which they are at high temperatures, and energies by k_BT, which they are at low ones.
    let private scale (n: SegalNetwork) (c: Conditions) : float32 =
        match n.Form.Conditions with
        | ConditionForm.Published _ -> 1.0f
        | ConditionForm.Natural _ -> float32 (sqrt (snd n.Range.Temperature / c.Temperature))

    /// ln(1 + exp x)
    let private softplus (x: float) = max x 0.0 + Double.LogP1(exp -(abs x))

    /// ln of what the charge of a drawn configuration adds to its weight: BM/k_BT; of a pair that of both ways up together.
    let internal chargeWeight (n: SegalNetwork) (c: Conditions) (charge: float) : float =
        let x = c.Field * charge / (n.System.Boltzmann * c.Temperature)
        if n.Flip.IsNone then x else abs x + softplus (-2.0 * abs x)

    /// The energies of sites with those before them, where the network knows of them.
    let private before (n: SegalNetwork) =
        PastEnergies.workers n.System |> Option.filter (fun _ -> n.Form.KnowsEnergy)

    /// What sites before a site do to one in a state, over −k_BT.
    let private prior (n: SegalNetwork) (conditions: Conditions[]) (past: PastEnergies) before =
        let charges = n.System.Charges

        past
        |> PastEnergies.prior n.System before (fun sample state energy ->
            let c = conditions[sample]
            let field = if n.Flip.IsSome then abs c.Field else c.Field
            float32 (-(energy - field * charges[state]) / (n.System.Boltzmann * c.Temperature)))

    /// <summary>What samples are drawn under, one for each of some conditions.</summary>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="past">How energies of sites are come by.</param>
    let private under (n: SegalNetwork) (conditions: Conditions[]) (past: PastEnergies) : MaskedConditions =
        {
            Values = toldAll n conditions
            Scales = conditions |> Array.map (scale n) |> Some
            Prior = before n |> Option.map (prior n conditions past)
        }

    /// <summary>States that ln q is asked of once: energies of sites are found where they are needed.</summary>
    let internal passing (n: SegalNetwork) (states: byte[]) : KnownStates =
        let flipped (flip: byte[]) =
            states |> Array.map (fun state -> flip[int state])

        {
            Own = struct (states, PastEnergies.Passing)
            Flipped = n.Flip |> Option.map (fun flip -> struct (flipped flip, PastEnergies.Passing))
        }

    /// <summary>States that ln q is asked of under several conditions: energies of sites are found once, for both ways up where pairs are drawn.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="states">[samples; sites], row-major; 8 bytes for each site of each sample and each of its states are kept.</param>
    let internal know (run: Run) (n: SegalNetwork) (states: byte[]) : KnownStates =
        match before n with
        | None -> passing n states
        | Some before ->
            let kept (struct (states, _)) =
                struct (states, PastEnergies.find run n.System before states)

            let known = passing n states

            {
                Own = kept known.Own
                Flipped = known.Flipped |> Option.map kept
            }

    /// ln q of states as the layers give it.
    let private plain run (n: SegalNetwork) (conditions: Conditions[]) (struct (states, past)) : float[] =
        MaskedNetwork.logarithms run n.Network (under n conditions past) states

    /// ln of q(s) + q(s′).
    let private ofBoth (one: float) (other: float) : float =
        max one other + softplus -(abs (one - other))

    /// ln of q(s) + q of the flipped s, where pairs are drawn.
    let private ofPairs run (n: SegalNetwork) (conditions: Conditions[]) (states: KnownStates) (own: float[]) =
        match states.Flipped with
        | None -> own
        | Some flipped -> plain run n conditions flipped |> Array.map2 ofBoth own

    let private drawWith (run: Run) (n: SegalNetwork) (conditions: Conditions[]) (past: PastEnergies) =
        let drawn: MaskedSamples =
            MaskedNetwork.sample run n.Network (under n conditions past)

        { drawn with
            Logarithms = ofPairs run n conditions (passing n drawn.States) drawn.Logarithms
        }

    /// <summary>Draws a sample for each of some conditions.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <returns>States, either of a pair, with ln q of the pair.</returns>
    let internal draw (run: Run) (n: SegalNetwork) (conditions: Conditions[]) : MaskedSamples =
        drawWith run n conditions PastEnergies.Passing

    /// <summary>The same with the energies of sites, for the gradient: 8 bytes for each site of each sample and each of its states.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    let internal drawKeeping run (n: SegalNetwork) (conditions: Conditions[]) : struct (MaskedSamples * PastEnergies) =
        match before n with
        | None -> struct (draw run n conditions, PastEnergies.Passing)
        | Some _ ->
            let energies = PastEnergies.room n.System conditions.Length
            let drawn = drawWith run n conditions (PastEnergies.Keeping energies)
            struct (drawn, PastEnergies.Kept energies)

    /// <summary>ln q of states, or of their pairs.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="states">The states.</param>
    let internal drawnLogarithms run (n: SegalNetwork) (conditions: Conditions[]) (states: KnownStates) : float[] =
        plain run n conditions states.Own |> ofPairs run n conditions states

    /// ln of the chance of a configuration to be the way up that it is.
    let private wayUp (n: SegalNetwork) (c: Conditions) (charge: float) =
        -(softplus (-2.0 * c.Field * charge / (n.System.Boltzmann * c.Temperature)))

    /// <summary>Σ charge of a drawn configuration from that of either way up; of a pair the mean over both.</summary>
    let internal meanCharge (n: SegalNetwork) (c: Conditions) (charge: float) : float =
        if n.Flip.IsNone then
            charge
        else
            charge * tanh (c.Field * charge / (n.System.Boltzmann * c.Temperature))

    let private charge (n: SegalNetwork) (states: byte[]) (sample: int) =
        SemiGrandSystem.charge n.System states (sample * n.System.Sites)

    /// Each drawn configuration the way up that its charge chooses; the states that are given may be changed.
    let internal chooseWays (run: Run) (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) : byte[] =
        match n.Flip with
        | None -> ()
        | Some flip ->
            let generator = run.Key |> Key.named "ways up" |> Key.generator

            for i in 0 .. conditions.Length - 1 do
                if generator.NextFloat() >= exp (wayUp n conditions[i] (charge n states i)) then
                    for at in i * n.System.Sites .. (i + 1) * n.System.Sites - 1 do
                        states[at] <- flip[int states[at]]

        states

    /// ln q of configurations the way up that they are, from that of what was drawn.
    let internal ofWays (n: SegalNetwork) (conditions: int -> Conditions) (states: byte[]) (drawn: float[]) : float[] =
        if n.Flip.IsSome then
            drawn |> Array.mapi (fun i both -> both + wayUp n (conditions i) (charge n states i))
        else
            drawn

    /// <summary>Draws states under each of some conditions.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <returns>[samples; sites], row-major.</returns>
    let sample (run: Run) (n: SegalNetwork) (conditions: Conditions[]) : byte[] =
        (MaskedNetwork.sample run n.Network (under n conditions PastEnergies.Passing)).States
        |> chooseWays run n conditions

    /// <summary>ln q of given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let logarithms (run: Run) (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) : float[] =
        passing n states |> drawnLogarithms run n conditions |> ofWays n (Array.get conditions) states

    /// <summary>Σ c ∇ ln q of what was drawn, and ln q.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    /// <param name="past">Their energies of sites.</param>
    /// <param name="coefficients">c of each sample.</param>
    let internal gradient run (n: SegalNetwork) (conditions: Conditions[]) states past (coefficients: float[]) =
        MaskedNetwork.gradient run n.Network (under n conditions past) states coefficients

    /// <summary>ln q of configurations, or of their pairs, and the gradient of the mean of −ln q.</summary>
    /// <remarks>The gradient of ln (q(s) + q(s′)) of a pair is that of ln q of one of the two, chosen by their shares, in the mean.</remarks>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every configuration.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let internal surprise (run: Run) (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) =
        let even = Array.create conditions.Length (-1.0 / float conditions.Length)
        let known = passing n states

        match known.Flipped with
        | None ->
            let struct (sum, own) = gradient run n conditions states PastEnergies.Passing even
            struct (own, sum)
        | Some(struct (flipped, _) as other) ->
            let own = plain run n conditions known.Own
            let both = plain run n conditions other |> Array.map2 ofBoth own
            let generator = run.Key |> Key.named "ways" |> Key.generator
            let chosen = Array.copy states

            for i in 0 .. own.Length - 1 do
                if generator.NextFloat() >= exp (own[i] - both[i]) then
                    Array.blit flipped (i * n.System.Sites) chosen (i * n.System.Sites) n.System.Sites

            let struct (sum, _) = gradient run n conditions chosen PastEnergies.Passing even
            struct (both, sum)
