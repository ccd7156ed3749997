/// A small alloy, all its configurations, and a network for it that has learned nothing.
module Mice.Segal.Tests.SmallAlloy

open Mice
open Mice.Alloys
open Mice.Segal

/// Nearest neighbours like to be unlike where the interaction of a pair is above 0, eV.
let expansionOf (pair: float) =
    ClusterExpansion.create
        (ParentLattice.fcc 3.8 |> ok)
        (struct ("Au", "Cu"))
        [ { Size = 2; Distance = 3.0 } ]
        (Map.ofList [ "c0", 0.1; "c1_0", -0.02; "c2_d0000_0_00", pair ])
    |> ok

let systemOf (expansion: ClusterExpansion) =
    Supercell.multiples expansion.Lattice 2 2 2 |> ok |> SemiGrandSystem.alloy "Au-Cu" expansion

let expansion = expansionOf 0.03
let system = systemOf expansion

let range: ConditionRange =
    {
        Temperature = 300.0, 900.0
        Field = -0.4, 0.4
    }

let network =
    SegalNetwork.create (Key.ofSeed 2UL) SegalNetwork.form range system |> ok

/// All configurations, [256; 8].
let all = Array.init (256 * 8) (fun i -> byte ((i / 8) >>> (i % 8) &&& 1))

/// −k_BT ln Z/N, ⟨E⟩/N, ⟨Σ charge⟩/N and the heat capacity per site by all configurations, one after the other.
let exact (c: Conditions) =
    let kT = system.Boltzmann * c.Temperature

    let values =
        [
            for i in 0..255 ->
                let e, m = system.Energy all (8 * i), SemiGrandSystem.charge system all (8 * i)
                e, m, exp (-(e - c.Field * m) / kT)
        ]

    let z = values |> List.sumBy (fun (_, _, w) -> w)

    let mean f =
        List.sumBy (fun (e, m, w) -> w * f e m) values / z

    let enthalpy e m = e - c.Field * m

    let variance = mean (fun e m -> enthalpy e m ** 2.0) - mean enthalpy ** 2.0

    -kT * log z / 8.0, mean (fun e _ -> e) / 8.0, mean (fun _ m -> m) / 8.0, variance / (kT * kT * 8.0)
