namespace Mice.Entropy

open Mice

/// Likelihoods by one network: of snapshots that the network was not trained on, and of configurations drawn from the network.
type internal HeldLikelihoods =
    {
        /// −ln q of the snapshots, nats.
        Surprise: float[]
        /// E of the snapshots, where known.
        Energies: float[] option
        /// −ln q − βE of configurations drawn from q, nats, where the Hamiltonian is known.
        Drawn: float[] option
    }

/// Bounds and best estimate from all networks together, per site.
type internal LatticeScanBounds =
    {
        /// ⟨−ln q − βE⟩ + β⟨E⟩ over snapshots, or ⟨−ln q⟩ without energies.
        Upper: Estimate<1>
        /// ⟨−ln q − βE⟩ + β⟨E⟩, the first mean over drawn configurations, by ln Z ≥ ⟨−βE − ln q⟩_q. None without the Hamiltonian.
        Lower: Estimate<1> option
        /// How far Upper lies above the entropy. None without energies.
        Looseness: Estimate<1> option
        /// Upper less Looseness. None without energies.
        Best: Estimate<1> option
        /// Whether drawn configurations overlap with the snapshots. Empty without the Hamiltonian.
        Checks: Check list
    }

/// Bounds and the best estimate from likelihoods.
[<RequireQualifiedAccess>]
module internal LatticeScanBounds =
    /// Number of groups of neighbouring snapshots whose scatter gives the errors.
    [<Literal>]
    let private MostGroups = 128

    /// Fewest shared configurations (configurations that could be from either law) for which the acceptance ratio is trusted. With so many its error is about
    /// half a nat of a whole snapshot, and the jackknife finds this error: tested with a normal ln p − ln q, 1,024 snapshots, as many drawn configurations,
    /// and 7 or more of them shared.
    [<Literal>]
    let private FewestShared = 8.0

    /// Values in groups of neighbours, so that snapshots of one chain stay together.
    let private grouped (groupSnapshots: int) (values: float[]) =
        let size = max groupSnapshots ((values.Length + MostGroups - 1) / MostGroups)
        values |> Array.chunkBySize size

    /// −ln q of each snapshot, or −ln q − βE where energies are known.
    let private reduced (energies: LatticeEnergies option) (held: HeldLikelihoods) =
        match energies, held.Energies with
        | Some e, Some values -> Array.map2 (fun s energy -> s - e.Beta * energy) held.Surprise values
        | _ -> held.Surprise

    /// The mean of the estimates of all networks, divided by the number of sites.
    let private meanPerSite sites (estimates: Estimate<1>[]) =
        estimates |> Array.reduce Estimate.add |> Estimate.scale (1.0 / float (estimates.Length * sites))

    let private meanOf sites direction (values: float[]) (groups: float[][]) : Estimate<1> =
        Estimate.create
            (Array.average values / float sites)
            (groups |> Array.map Array.average |> Statistics.standardError |> (fun e -> e / float sites))
            direction

    /// β⟨E⟩ per site.
    let private thermal (energies: LatticeEnergies) : Estimate<1> =
        Estimate.scale energies.Beta energies.MeanPerSite

    let private checkOf (held: HeldLikelihoods[]) shared =
        let pairs = held[0].Surprise.Length

        {
            Name = "configurations drawn from the networks overlap with the snapshots"
            Passed = shared >= FewestShared
            Detail =
                $"{shared:F0} of {pairs} could be from either; with fewer than {FewestShared} the looseness of the bound comes from the scatter of energies"
        }

    /// <summary>Bounds and best estimate from the likelihoods of all networks.</summary>
    /// <param name="sites">Sites of a snapshot.</param>
    /// <param name="groupSnapshots">Neighbouring snapshots that may be correlated.</param>
    /// <param name="energies">Temperature and mean energy in equilibrium; None out of equilibrium.</param>
    /// <param name="held">Likelihoods by each network; energies and drawn configurations are known for all networks or for none.</param>
    let estimate sites groupSnapshots (energies: LatticeEnergies option) (held: HeldLikelihoods[]) : LatticeScanBounds =
        let values = held |> Array.map (reduced energies)
        let groups = values |> Array.map (grouped groupSnapshots)
        let drawn = held |> Array.choose _.Drawn

        let mean =
            meanOf sites Direction.UpperBound (Array.concat values) (Array.concat groups)

        let upper =
            energies |> Option.map (thermal >> Estimate.add mean) |> Option.defaultValue mean

        let alone =
            {
                Upper = upper
                Lower = None
                Looseness = None
                Best = None
                Checks = []
            }

        let corrected struct (looseness, best) =
            { alone with
                Looseness = Some looseness
                Best = Some best
            }

        let byScatter () =
            let looseness = groups |> Array.map Looseness.ofScatter |> meanPerSite sites
            corrected struct (looseness, Looseness.correct upper looseness)

        let byRatios e (ratios: AcceptanceRatio[]) =
            let logPartition = ratios |> Array.map _.LogPartition |> meanPerSite sites
            let looseness = ratios |> Array.map _.Divergence |> meanPerSite sites
            corrected struct (looseness, Estimate.add (thermal e) logPartition)

        match energies with
        | None -> alone
        | Some _ when drawn.Length < held.Length -> byScatter ()
        | Some e ->
            let ratios = Array.map2 AcceptanceRatio.estimate groups drawn
            let shared = ratios |> Array.map _.Shared |> Array.min
            let all = Array.concat drawn
            let lower = meanOf sites Direction.LowerBound all (Array.map Array.singleton all)

            { (if shared >= FewestShared then
                   byRatios e ratios
               else
                   byScatter ()) with
                Lower = Some(Estimate.add (thermal e) lower)
                Checks = [ checkOf held shared ]
            }
