namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// What the layers are told of temperature and field.
[<RequireQualifiedAccess>]
type ConditionForm =
    /// 1/T and B/T, in which ln q is nearly linear, each scaled to −1…1 over the range, and 1, which makes a bias.
    | Natural
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
    }

/// A network for the states of a system at all temperatures and fields of a range.
[<NoEquality; NoComparison>]
type SegalNetwork =
    {
        System: SemiGrandSystem
        Range: ConditionRange
        Form: SegalForm
        Network: MaskedNetwork
    }

/// Networks.
[<RequireQualifiedAccess>]
module SegalNetwork =
    /// Four units of a site in each of two layers, natural conditions, the energy known.
    let form: SegalForm =
        {
            Widths = [| 4; 4 |]
            Activation = MaskedActivation.Tanh
            Conditions = ConditionForm.Natural
            KnowsEnergy = true
        }

    /// <summary>The shape of the layers.</summary>
    /// <param name="form">How the network looks.</param>
    /// <param name="system">What it is of.</param>
    let shape (form: SegalForm) (system: SemiGrandSystem) : MaskedShape =
        {
            Sites = system.Sites
            States = system.States
            Conditions =
                match form.Conditions with
                | ConditionForm.Natural -> 3
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
        match SemiGrandSystem.faults system @ ConditionRange.faults range with
        | [] ->
            MaskedNetwork.create key (shape form system)
            |> Result.map (fun network ->
                {
                    System = system
                    Range = range
                    Form = form
                    Network = network
                })
        | faults -> Error faults

    /// To −1…1 over a range; 0 where the range is a point.
    let private scaled (low: float, high: float) (x: float) =
        if high > low then
            2.0 * (x - low) / (high - low) - 1.0
        else
            0.0

    let private told (n: SegalNetwork) (c: Conditions) : float32[] =
        match n.Form.Conditions with
        | ConditionForm.Published(t, b) -> [| float32 (t * c.Temperature); float32 (b * c.Field) |]
        | ConditionForm.Natural ->
            let low, high = n.Range.Temperature
            let weakest, strongest = n.Range.Field
            // The largest |B|/T of the range is at its lowest temperature.
            let reach = max (abs weakest) (abs strongest) / low |> max 1e-12

            [|
                float32 (scaled (1.0 / high, 1.0 / low) (1.0 / c.Temperature))
                float32 (c.Field / c.Temperature / reach)
                1.0f
            |]

    /// <summary>What samples are drawn under, one for each of some conditions.</summary>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    let internal under (n: SegalNetwork) (conditions: Conditions[]) : MaskedConditions =
        let prior =
            match n.System.Before with
            | Some before when n.Form.KnowsEnergy ->
                let charges = n.System.Charges

                MaskedPrior(fun sample states first site state ->
                    let c = conditions[sample]
                    let energy = before states first site state - c.Field * charges[state]
                    float32 (-energy / (n.System.Boltzmann * c.Temperature)))
                |> Some
            | _ -> None

        {
            Values = conditions |> Array.collect (told n)
            Prior = prior
        }

    /// <summary>Draws a sample for each of some conditions.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    let sample (run: Run) (n: SegalNetwork) (conditions: Conditions[]) : MaskedSamples =
        MaskedNetwork.sample run n.Network (under n conditions)

    /// <summary>ln q of given states.</summary>
    /// <param name="run">Threads, cancellation.</param>
    /// <param name="n">The network.</param>
    /// <param name="conditions">Temperature and field of every sample.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    let logarithms (run: Run) (n: SegalNetwork) (conditions: Conditions[]) (states: byte[]) : float[] =
        MaskedNetwork.logarithms run n.Network (under n conditions) states
