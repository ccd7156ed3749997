namespace Mice.Verification

open Mice
open Mice.Alloys
open Mice.Segal
open Mice.Testing.Measuring

/// Networks for alloys against all their configurations.
[<RequireQualifiedAccess>]
module AlloyVerification =
    let private map (o: SemiGrandOptions) (temperatures: float[]) (fields: float[]) (n: SegalNetwork) : SegalMap =
        SegalMap.create
            Run.quiet
            o
            {
                Temperatures = temperatures
                Fields = fields
            }
            true
            n
        |> ok

    /// What estimates and exact values give together, [temperatures][fields].
    let private against (find: SemiGrandEstimate -> SemiGrandExact -> 'a) (map: SegalMap) : 'a[][] =
        Array.map2 (Array.map2 find) map.Estimates (Option.get map.Exact)

    /// |x − exact|.
    let private deviations (map: SegalMap) : float[][] =
        map |> against (fun e known -> abs (e.Charge.Value - known.Charge))

    let private covered (map: SegalMap) : float =
        map
        |> against (fun e known ->
            if abs (e.Charge.Value - known.Charge) <= 2.0 * e.Charge.StandardError + 1e-9 then
                1.0
            else
                0.0)
        |> Array.concat
        |> Array.average

    /// The share of samples that are ground states at their Δμ, and how many different ones of each composition.
    let private groundStates (n: SegalNetwork) (temperature: float) (fields: float[]) =
        let s = n.System

        let exact =
            match s.Origin with
            | SystemOrigin.Alloy(expansion, supercell) ->
                ExactEnumeration.create Run.quiet (FigureTable.create expansion supercell).Polynomial |> ok
            | _ -> invalidOp "no alloy"

        let found = System.Collections.Generic.HashSet<string>()

        let hits =
            fields
            |> Array.mapi (fun k b ->
                let lowest =
                    exact.LowestEnergies |> Array.mapi (fun count e -> e - b * float count) |> Array.min

                let states =
                    SegalNetwork.sample
                        (Run.item k Run.quiet)
                        n
                        (Array.create 1000 { Temperature = temperature; Field = b })

                Array.init 1000 (fun i ->
                    let own = Array.sub states (i * s.Sites) s.Sites
                    let isLowest = s.Energy own 0 - b * SemiGrandSystem.charge s own 0 <= lowest + 1e-9

                    if isLowest then
                        found.Add(own |> Array.map string |> String.concat "") |> ignore

                    if isLowest then 1.0 else 0.0)
                |> Array.average)

        let variants count =
            found |> Seq.filter (fun t -> (t |> Seq.filter ((=) '1') |> Seq.length) = count) |> Seq.length

        Array.average hits, (variants 4, variants 8, variants 12)

    let private copperGold () =
        let s = AlloyCases.system "CuAu-16" (PublishedAlloys.copperGold ()) (2, 2, 4)

        let network, minutes =
            AlloyCases.train
                {
                    Temperature = 50.0, 1500.0
                    Field = -0.24, 0.24
                }
                s

        let pooled =
            map { Samples = 2000; Operations = 16 } [| 300.0; 600.0 |] (AlloyCases.even -0.24 0.24 25) network

        let hit, (a, b, c) =
            AlloyCases.even -0.2 0.15 36 |> Array.map ((+) (AlloyCases.shift s)) |> groundStates network 50.0

        let masses =
            pooled |> against (fun e known -> (SegalMap.recoveredMass pooled.System e known).Value)

        let least = Array.min masses[0]

        [
            [ "CuAu-16"; "training, minutes"; AlloyCases.minutes minutes; ""; ""; "" ]
            [
                "CuAu-16"
                "samples that are ground states, 50 K, 36 Δμ"
                $"{100.0 * hit:F1} %%"
                "95 %"
                "74 %"
                Goal.met (hit >= 0.95)
            ]
            [
                "CuAu-16"
                "variants of Cu3Au, CuAu, Au3Cu among them, of 4, 6, 4"
                $"{a}, {b}, {c}"
                "4, 6, 4"
                "1, 1, 2"
                Goal.met ((a, b, c) = (4, 6, 4))
            ]
            [
                "CuAu-16"
                "least recovered mass at 300 K, 25 Δμ"
                $"{least:F3}"
                "0.98"
                "0.25"
                Goal.met (least >= 0.98)
            ]
            [
                "CuAu-16"
                "x within two errors, 300 and 600 K"
                $"{100.0 * covered pooled:F0} %%"
                "90 %"
                ""
                Goal.met (covered pooled >= 0.9)
            ]
        ],
        covered pooled >= 0.9,
        s

    let private silverPalladium () =
        let s = AlloyCases.system "AgPd-27" (PublishedAlloys.silverPalladium ()) (3, 3, 3)

        let network, minutes =
            AlloyCases.train
                {
                    Temperature = 200.0, 900.0
                    Field = -0.4, 0.4
                }
                s

        let pooled =
            map { Samples = 10_000; Operations = 4 } [| 250.0; 750.0 |] (AlloyCases.even -0.4 0.4 41) network

        let largest = deviations pooled |> Array.map Array.max
        let cold, hot = largest[0], largest[1]

        [
            [ "AgPd-27"; "training, minutes"; AlloyCases.minutes minutes; ""; "1062"; "" ]
            [
                "AgPd-27"
                "largest error of x at 250 K, 41 Δμ"
                $"{cold:F4}"
                "0.01"
                "0.039"
                Goal.met (cold <= 0.01)
            ]
            [
                "AgPd-27"
                "largest error of x at 750 K"
                $"{hot:E1}"
                "5e-4"
                "9.4e-4"
                Goal.met (hot <= 5e-4)
            ]
            [
                "AgPd-27"
                "x within two errors"
                $"{100.0 * covered pooled:F0} %%"
                "90 %"
                ""
                Goal.met (covered pooled >= 0.9)
            ]
        ],
        covered pooled >= 0.9,
        s

    let private run () =
        let gold, isGold, goldSystem = copperGold ()
        let silver, isSilver, silverSystem = silverPalladium ()
        List.iter Checkpoints.forget [ goldSystem.Name; silverSystem.Name ]

        {
            Markdown =
                Table.markdown [ "alloy"; ""; "found"; "goal"; "published"; "" ] (gold @ silver)
                + "\n\nOne network for each alloy with default settings, against all 2¹⁶ and 2²⁷ configurations. Samples of all Δμ of a temperature are weighed together, 2,000 (10,000, as published) of each, moved by 16 (4) operations of the symmetry of the cell; ground states and their variants are those of the network alone, at the published 36 Δμ (of formation energies, −0.2 to 0.15 eV). Errors have to be honest; goals are told."
            Passed = isGold && isSilver
        }

    /// `verify segal-alloys`.
    let measurement: Measurement =
        {
            Name = "segal-alloys"
            Title = "Compositions and ground states of two alloys against all their configurations"
            Run = run
        }
