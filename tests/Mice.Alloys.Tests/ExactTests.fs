module Mice.Alloys.Tests.ExactTests

open System
open Expecto
open Mice
open Mice.Alloys
open Mice.Alloys.Tests.Reference

[<Tests>]
let tests =
    testList
        "Exact"
        [
            test "the transform is the plain sum, for few values and for many" {
                let generator = Key.ofSeed 21UL |> Key.generator

                for bits in [ 0; 1; 3; 6 ] do
                    let values = Array.init (1 <<< bits) (fun _ -> generator.NextNormal())

                    let plain =
                        Array.init values.Length (fun z ->
                            values
                            |> Array.mapi (fun m v ->
                                if Numerics.BitOperations.PopCount(uint32 (m &&& z)) % 2 = 0 then
                                    v
                                else
                                    -v)
                            |> Array.sum)

                    let mine = Array.copy values
                    WalshHadamard.transform run mine

                    for a, b in Array.zip mine plain do
                        Expecting.within 1e-12 a b $"2^{bits}"

                // Twice the transform is 2ⁿ times the values; an odd and an even number of levels above the blocks.
                for bits in [ 15; 16; 17 ] do
                    let values = Array.init (1 <<< bits) (fun _ -> generator.NextNormal())
                    let mine = Array.copy values
                    WalshHadamard.transform run mine

                    let sum, alternating =
                        Array.sum values, values |> Array.mapi (fun i v -> if i % 2 = 0 then v else -v) |> Array.sum

                    Expecting.within 1e-8 mine[0] sum "the first value"
                    Expecting.within 1e-8 mine[1] alternating "the second value"
                    WalshHadamard.transform run mine

                    for a, b in Array.zip mine values do
                        Expecting.within 1e-11 (a / float values.Length) b $"2^{bits} twice"
            }

            test "all energies and averages are those of plain sums over the configurations" {
                let hcp = ParentLattice.hcp 2.9 4.7 |> ok
                let supercell = Supercell.multiples hcp 2 2 1 |> ok
                let expansion = randomExpansion 5UL hcp (cutoffs [ 4.5; 3.2 ])
                let n = supercell.Count
                let table = FigureTable.create expansion supercell
                let all = ExactEnumeration.create run table.Polynomial |> ok

                for i in 0 .. all.Energies.Length - 1 do
                    let states = ExactEnumeration.states n i
                    Expect.equal (ExactEnumeration.index states) i "index"
                    Expecting.within 1e-11 all.Energies[i] (table.Energy states 0) "energy"

                let kT, difference = boltzmann * 600.0, 0.07

                let rows =
                    [|
                        for i in 0 .. all.Energies.Length - 1 do
                            let count = ExactEnumeration.states n i |> Array.sumBy int
                            let e = all.Energies[i]
                            exp (-(e - difference * float count) / kT), float count / float n, e
                    |]

                let z = rows |> Array.sumBy (fun (w, _, _) -> w)

                let mean f =
                    (rows |> Array.sumBy (fun (w, x, e) -> w * f x e)) / z

                let found =
                    ExactEnumeration.canonicalSums run boltzmann 600.0 all
                    |> ok
                    |> ExactEnumeration.semiGrand difference

                Expecting.within 1e-11 found.GrandPotential (-kT * log z) "grand potential"
                Expecting.within 1e-12 found.Composition (mean (fun x _ -> x)) "x"
                Expecting.within 1e-11 found.MeanEnergy (mean (fun _ e -> e)) "energy"

                Expecting.within
                    1e-11
                    found.CompositionVariance
                    (mean (fun x _ -> (x - found.Composition) ** 2.0))
                    "variance of x"

                Expecting.within
                    1e-11
                    found.EnergyVariance
                    (mean (fun _ e -> (e - found.MeanEnergy) ** 2.0))
                    "variance of E"
            }

            test "CuAu-16 has the stored averages and ground states" {
                let table =
                    FigureTable.create (ClusterExpansion.formation (cuauExpansion ())) (cuau16 ())

                let all = ExactEnumeration.create run table.Polynomial |> ok

                for t, rows in Reference.table "cuau16_exact.csv" |> Array.groupBy (fun r -> number r["T"]) do
                    let sums = ExactEnumeration.canonicalSums run boltzmann t all |> ok

                    for row in rows do
                        let found = ExactEnumeration.semiGrand (number row["dmu_eV"]) sums
                        Expecting.within 1e-9 found.Composition (number row["x_Au"]) "x"
                        // The table has ½Δμ on the spins in place of Δμ on the atoms.
                        let withSpins = found.GrandPotential + 0.5 * number row["dmu_eV"] * 16.0
                        Expecting.within 1e-9 withSpins (number row["grand_potential_eV"]) "grand potential"
                        Expecting.within 1e-9 found.MeanEnergy (number row["mean_formation_energy_eV"]) "energy"
                        Expecting.within 1e-9 found.EnergyVariance (number row["var_energy_eV2"]) "variance"

                let grounds = ExactEnumeration.groundStates run 1e-9 all |> ok

                for row in Reference.table "cuau16_ground_states.csv" do
                    let found = grounds[int row["n_Au"]]

                    Expecting.within
                        1e-11
                        (found.Energy / 16.0)
                        (number row["formation_energy_eV_per_site"])
                        "ground state"

                    Expect.equal found.Degeneracy (int64 row["degeneracy"]) "degeneracy"
                    let next = number row["next_level_eV_per_site"]

                    if not (Double.IsNaN next) then
                        Expecting.within 1e-8 (found.NextLevel / 16.0) next "next level"
            }

            test "AgPd-27 has the stored compositions" {
                let table = FigureTable.create (agpdExpansion ()) (agpd27 ())
                let clock = Diagnostics.Stopwatch.StartNew()
                let all = ExactEnumeration.create run table.Polynomial |> ok
                let enumerated = clock.Elapsed.TotalSeconds

                for t, column in [ 250.0, "ce_exact_250K"; 750.0, "ce_exact_750K" ] do
                    let sums = ExactEnumeration.canonicalSums run boltzmann t all |> ok

                    for row in Reference.table "agpd27_composition.csv" do
                        let found = ExactEnumeration.semiGrand (number row["dmu_eV"]) sums
                        Expecting.within 1e-9 found.Composition (number row[column]) $"x at {t} K"

                if Environment.GetEnvironmentVariable "MICE_SPEED" = "1" then
                    printfn
                        $"2^27 energies: {enumerated:F2} s, two temperatures after it: {clock.Elapsed.TotalSeconds - enumerated:F2} s"
            }

            test "too many sites are refused" {
                let sc = ParentLattice.sc 3.0 |> ok
                let large = Supercell.multiples sc 4 4 2 |> ok
                let expansion = randomExpansion 6UL sc (cutoffs [ 3.1 ])

                Expect.hasLength
                    (SpinPolynomial.create expansion large |> ExactEnumeration.create run |> messages)
                    1
                    "32 sites"
            }
        ]
