namespace Mice.Segal

open System
open Mice
open Mice.Alloys
open Mice.Samplers

/// Two phases in equilibrium with each other.
type PhasePair =
    {
        /// T; of an alloy in K.
        Temperature: float
        /// Σ charge/N of the phase with less of it, known to one site at best.
        Left: float
        /// Σ charge/N of the other phase.
        Right: float
        /// B at which both are in equilibrium, the slope of the common tangent; of an alloy Δμ in eV.
        Field: Estimate<1>
        /// How far the free energy per site between them is above the tangent where that is surest; of an alloy in eV.
        Depth: Estimate<1>
    }

/// Free energies over Σ charge at one temperature: over the composition of an alloy, over the magnetisation of an Ising model.
type ChargeProfile =
    {
        /// T; of an alloy in K.
        Temperature: float
        /// [N + 1]: Σ charge/N with 0, 1, …, N sites of the higher charge.
        MeanCharges: float[]
        /// [N + 1]: F/N = −k_BT ln Z(n)/N, Z(n) the sum of exp(−E/k_BT) over configurations with n sites of the higher charge. Exact at both ends. Of an alloy in eV. Where no sample was
        /// found a lower bound by 95 %; where fewer than four effective ones were, the lower one of it and what they give.
        FreeEnergies: Estimate<1>[]
        /// Gaps of its lower convex hull.
        Pairs: PhasePair[]
    }

/// <summary>Free energies over the charge from samples of a network, and the phases that they fall apart into.</summary>
/// <remarks>Of M samples s drawn with a known density q̄ at all fields of a temperature, Z(n) = (1/M) Σ exp(−E(s)/k_BT)/q̄(s) over those with n sites of the higher charge, so that one free energy holds for
/// all fields. Where none were found, none among M effective samples at a field B_k says that the share of n there is below 3/M at 95 %, and ln Z(n) ≤ ln(3/M) + ln Z_k − B_k Σ charge/k_BT for every k. A gap
/// of the lower convex hull is a pair of phases where the whole lattice is k_BT or more above the tangent, three errors off it. In a small supercell the border between two phases costs energy as well.
/// Sources: E. Veach, L. J. Guibas, SIGGRAPH 1995, for q̄; J. A. Hanley, A. Lippman-Hand, JAMA 249, 1743 (1983), for 3/M.</remarks>
[<RequireQualifiedAccess>]
module ChargeProfile =
    /// What was found at one of the fields.
    [<Struct>]
    type internal Place =
        {
            Field: float
            /// ln Z
            LogPartition: float
            Effective: float
        }

    /// Samples of all fields of a temperature.
    type internal Pooled =
        {
            Temperature: float
            Places: Place[]
            Energies: float[]
            Charges: float[]
            /// ln of the density that they were drawn with, of pairs where pairs are drawn.
            Logarithms: float[]
        }

    /// Effective samples below which a free energy is no more than a bound.
    let private fewest = 4.0

    /// Errors that a gap has to be off the tangent by.
    let private certain = 3.0

    /// Effective samples of which none was found leave a share below so many by their number, at 95 %.
    let private ruleOfThree = 3.0

    /// ln of exp(−E/k_BT)/q̄ of the samples with each number of sites of the higher charge; a pair stands for both of its configurations.
    let private weights (n: SegalNetwork) (p: Pooled) : float[][] =
        let sites = n.System.Sites
        let lowest, highest = Array.min n.System.Charges, Array.max n.System.Charges

        let number charge =
            int (Math.Round((charge - lowest * float sites) / (highest - lowest)))

        let found = Array.init (sites + 1) (fun _ -> ResizeArray<float>())

        for i in 0 .. p.Energies.Length - 1 do
            let weight = -p.Energies[i] / (n.System.Boltzmann * p.Temperature) - p.Logarithms[i]

            found[number p.Charges[i]].Add weight

            if n.Flip.IsSome then
                found[number -p.Charges[i]].Add weight

        found |> Array.map _.ToArray()

    /// ln Z(n) is at most this where no sample was found.
    let private unseen (s: SemiGrandSystem) (p: Pooled) (charge: float) : float =
        p.Places
        |> Array.map (fun place ->
            log (ruleOfThree / place.Effective) + place.LogPartition
            - place.Field * charge * float s.Sites / (s.Boltzmann * p.Temperature))
        |> Array.min

    /// ln Z(n), its error, and whether it is more than a bound.
    let private logPartition (s: SemiGrandSystem) (p: Pooled) (charge: float) (own: float[]) =
        if own.Length = 0 then
            struct (unseen s p charge, 0.0, false)
        else
            let struct (shares, sum) = ThermalAverages.weigh own
            let effective = 1.0 / (shares |> Array.sumBy (fun share -> share * share))
            let found = sum - log (float p.Energies.Length)

            if effective >= fewest then
                struct (found, sqrt (1.0 / effective), true)
            else
                // What was found may be more than what is left for it.
                struct (max (unseen s p charge) found, 0.0, false)

    /// E of the configuration that is all of one state.
    let private uniform (s: SemiGrandSystem) (charge: float) =
        let state = s.Charges |> Array.findIndex ((=) charge)
        s.Energy (Array.create s.Sites (byte state)) 0

    let private between (thermal: float) (t: float) (f: ChargeProfile) (left: int) (right: int) : PhasePair option =
        let free = f.FreeEnergies
        let span = f.MeanCharges[right] - f.MeanCharges[left]

        let above i =
            let share = (f.MeanCharges[i] - f.MeanCharges[left]) / span
            let line = (1.0 - share) * free[left].Value + share * free[right].Value

            let error =
                [
                    free[i].StandardError
                    (1.0 - share) * free[left].StandardError
                    share * free[right].StandardError
                ]
                |> List.sumBy (fun e -> e * e)
                |> sqrt

            Estimate.create (free[i].Value - line) error Direction.NoBound

        let surest (depth: Estimate<1>) =
            depth.Value - certain * depth.StandardError

        match [ left + 1 .. right - 1 ] |> List.map above with
        | [] -> None
        | depths ->
            let depth = depths |> List.maxBy surest

            if surest depth * float (free.Length - 1) < thermal then
                None
            else
                let error =
                    sqrt (free[left].StandardError ** 2.0 + free[right].StandardError ** 2.0) / span

                Some
                    {
                        Temperature = t
                        Left = f.MeanCharges[left]
                        Right = f.MeanCharges[right]
                        Field = Estimate.create ((free[right].Value - free[left].Value) / span) error Direction.NoBound
                        Depth = depth
                    }

    /// Gaps between neighbouring corners of the lower hull of what is more than a bound.
    let private pairs (thermal: float) (isFound: bool[]) (f: ChargeProfile) : Result<PhasePair[], MiceError list> =
        let last = f.MeanCharges.Length - 1
        let known = [| 0..last |] |> Array.filter (Array.get isFound)

        known
        |> Array.map (fun i -> struct (float i / float last, f.FreeEnergies[i].Value))
        |> ConvexHull.lower
        |> Result.map (
            Array.pairwise
            >> Array.choose (fun (left, right) -> between thermal f.Temperature f known[left.Index] known[right.Index])
        )

    /// The profile of a lattice with two states of different charge; None for others.
    let internal create (n: SegalNetwork) (p: Pooled) : Result<ChargeProfile option, MiceError list> =
        let s = n.System

        if s.States <> 2 || s.Charges[0] = s.Charges[1] then
            Ok None
        else
            let thermal = s.Boltzmann * p.Temperature
            let lowest, highest = Array.min s.Charges, Array.max s.Charges

            let charges =
                Array.init (s.Sites + 1) (fun i -> lowest + (highest - lowest) * float i / float s.Sites)

            let found =
                weights n p
                |> Array.mapi (fun i own ->
                    match i with
                    | 0 -> struct (-(uniform s lowest) / thermal, 0.0, true)
                    | i when i = s.Sites -> struct (-(uniform s highest) / thermal, 0.0, true)
                    | i -> logPartition s p charges[i] own)

            let perSite = thermal / float s.Sites

            let profile =
                {
                    Temperature = p.Temperature
                    MeanCharges = charges
                    FreeEnergies =
                        found
                        |> Array.mapi (fun i (struct (value, error, isFound)) ->
                            let direction =
                                match isFound with
                                | false -> Direction.LowerBound
                                | true when i = 0 || i = s.Sites -> Direction.Exact
                                | true -> Direction.NoBound

                            Estimate.create (-perSite * value) (perSite * error) direction)
                    Pairs = [||]
                }

            pairs thermal (found |> Array.map (fun (struct (_, _, isFound)) -> isFound)) profile
            |> Result.map (fun pairs -> Some { profile with Pairs = pairs })
