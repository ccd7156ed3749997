module Mice.Alloys.Tests.ExpansionTests

open Expecto
open Mice
open Mice.Alloys
open Mice.Alloys.Tests.Reference

/// Models that need no stored numbers, with supercells small and large.
let private cases =
    let fcc, hcp, bcc =
        ParentLattice.fcc 3.8 |> ok, ParentLattice.hcp 2.9 4.7 |> ok, ParentLattice.bcc 3.0 |> ok

    [
        randomExpansion 1UL fcc (cutoffs [ 4.0; 4.0; 3.0 ]), Supercell.multiples fcc 2 2 3 |> ok
        randomExpansion 2UL hcp (cutoffs [ 4.5; 3.2 ]), Supercell.multiples hcp 3 2 2 |> ok
        randomExpansion 3UL bcc (cutoffs [ 4.5; 4.5 ]), Supercell.create bcc [| 2; 1; 0; 0; 2; 0; -1; 0; 2 |] |> ok
        randomExpansion 4UL bcc (cutoffs [ 3.0 ]), Supercell.create bcc [| 1; 0; 0; 0; 1; 0; 0; 0; 2 |] |> ok
    ]

[<Tests>]
let tests =
    testList
        "Expansion"
        [
            test "energies, changes and parts before a site are those of the plain sums" {
                let generator = Key.ofSeed 11UL |> Key.generator

                for expansion, supercell in cases do
                    let table = FigureTable.create expansion supercell
                    let n = supercell.Count
                    let states = randomStates generator (3 * n)

                    for first in [ 0; n; 2 * n ] do
                        let own = Array.sub states first n
                        let energy = table.Energy states first
                        // Rounding of some thousand terms of 0.1 eV.
                        Expecting.within 1e-11 energy (plainEnergy expansion supercell own) "energy"

                        for site in 0 .. n - 1 do
                            let turned = Array.copy own
                            turned[site] <- 1uy - turned[site]

                            Expecting.within
                                1e-11
                                (table.Change states first site)
                                (plainEnergy expansion supercell turned - energy)
                                "change"

                            for state in 0..1 do
                                let placed = Array.copy own
                                placed[site] <- byte state

                                let slow =
                                    table.Polynomial.Terms
                                    |> Array.filter (fun t -> t.Sites.Length > 0 && Array.last t.Sites = site)
                                    |> Array.sumBy (fun t -> t.Coefficient * product placed 0 t.Sites)

                                Expecting.within 1e-11 (table.Before states first site state) slow "before"

                        let parts =
                            Seq.init n (fun site -> table.Before states first site (int own[site])) |> Seq.sum

                        Expecting.within 1e-11 (table.Constant + parts) energy "the parts add up"
            }

            test "many energies at once are the same numbers" {
                let generator = Key.ofSeed 14UL |> Key.generator

                for expansion, supercell in cases do
                    let table = FigureTable.create expansion supercell
                    let n = supercell.Count

                    for count in [ 0; 1; 31; 70 ] do
                        let states = randomStates generator (count * n)

                        Expect.equal
                            (table.Energies states)
                            (Array.init count (fun i -> table.Energy states (i * n)))
                            "energies"
            }

            test "symmetries keep the energy" {
                let generator = Key.ofSeed 12UL |> Key.generator

                for expansion, supercell in cases do
                    let table = FigureTable.create expansion supercell
                    let states = randomStates generator supercell.Count

                    for g in Supercell.symmetries supercell do
                        let image = Array.zeroCreate supercell.Count
                        g |> Array.iteri (fun i target -> image[target] <- states[i])
                        Expecting.within 1e-11 (table.Energy image 0) (table.Energy states 0) "image"
            }

            test "formation energies are zero for both pure states, and keep all else" {
                for expansion, supercell in cases do
                    let formation = ClusterExpansion.formation expansion
                    let struct (up, down) = ClusterExpansion.pureEnergies expansion
                    let n = supercell.Count

                    let table, bare =
                        FigureTable.create formation supercell, FigureTable.create expansion supercell

                    Expecting.within 1e-12 (table.Energy (Array.create n 1uy) 0) 0.0 "pure 1"
                    Expecting.within 1e-12 (table.Energy (Array.create n 0uy) 0) 0.0 "pure 0"
                    let states = randomStates (Key.ofSeed 13UL |> Key.generator) n
                    let x = float (states |> Array.sumBy int) / float n
                    let expected = bare.Energy states 0 - float n * (x * up + (1.0 - x) * down)
                    Expecting.within 1e-11 (table.Energy states 0) expected "between"
            }

            test "polynomials have the known numbers of terms" {
                let count expansion supercell =
                    (SpinPolynomial.create expansion supercell).Terms.Length

                Expect.equal (count (cuauExpansion ()) (cuau16 ())) 593 "CuAu-16"
                Expect.equal (count (agpdExpansion ()) (agpd27 ())) 11485 "AgPd-27"
                Expect.equal (count (cuauExpansion ()) (cuau128 ())) 8129 "CuAu-128"
            }

            test "clusters that meet their own images are named" {
                let wrapped expansion supercell =
                    (FigureTable.create expansion supercell).Wrapped

                Expect.equal
                    (wrapped (cuauExpansion ()) (cuau16 ()))
                    [ "c2_d0003_0_00" ]
                    "two cells across, the fourth shell meets itself"

                Expect.isEmpty (wrapped (cuauExpansion ()) (cuau128 ())) "four cells across, nothing does"
            }

            test "energies are the stored ones" {
                for name, expansion, supercell in
                    [
                        "energies_cuau16.csv", cuauExpansion (), cuau16 ()
                        "energies_cuau128.csv", cuauExpansion (), cuau128 ()
                        "energies_agpd27.csv", agpdExpansion (), agpd27 ()
                        "energies_agpd125.csv", agpdExpansion (), agpd125 ()
                    ] do
                    let total = FigureTable.create expansion supercell
                    let formation = FigureTable.create (ClusterExpansion.formation expansion) supercell

                    for row in table name do
                        let states = occupation row["occupation"]
                        // The tables have twelve decimals.
                        Expecting.within 1e-11 (total.Energy states 0) (number row["energy_total_eV"]) name

                        Expecting.within
                            1e-12
                            (formation.Energy states 0 / float supercell.Count)
                            (number row["formation_energy_eV_per_site"])
                            name
            }

            test "unknown, missing and bad interactions are refused by name" {
                let lattice = ParentLattice.fcc 3.8 |> ok
                let reach = cutoffs [ 3.0 ]

                let faults =
                    ClusterExpansion.create lattice (struct ("Au", "Au")) reach Map.empty |> messages

                Expect.equal faults.Length 1 "the species come first"

                let bad = Map.ofList [ "c0", nan; "c2_d0009_0_00", 1.0 ]

                let named =
                    ClusterExpansion.create lattice (struct ("Au", "Cu")) reach bad |> messages

                Expect.equal named.Length 3 "those unknown, those missing, one not finite"
                Expect.exists named (fun m -> m.Contains "c2_d0009_0_00") "the unknown one"
                Expect.exists named (fun m -> m.Contains "c1_0") "a missing one"
            }
        ]
