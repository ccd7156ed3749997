namespace Mice.Verification

open System.IO
open Mice
open Mice.Alloys
open Mice.Segal
open Mice.Testing.Measuring

/// Networks for alloys too large to enumerate against published free energies from metadynamics.
[<RequireQualifiedAccess>]
module LargeAlloyVerification =
    /// An alloy and what its network is asked.
    type private Case =
        {
            System: SemiGrandSystem
            Range: ConditionRange
            /// Temperatures of the map of effective sample sizes.
            Temperatures: float[]
            Fields: float[]
            /// The free energies over the composition.
            Curves: string
            /// Temperatures at which they are compared.
            Compared: float list
            PublishedMedian: float
        }

    /// Two phases in equilibrium: their compositions and Δμ.
    type private Transition =
        {
            Left: float
            Right: float
            Difference: float
        }

    /// Free energies of mixing per site over the number of atoms of the first species, by temperature.
    let private curves (name: string) : Map<float, float[]> =
        File.ReadAllLines(PublishedAlloys.file name)
        |> Array.skip 1
        |> Array.map (fun line ->
            let values = line.Split ',' |> Array.map (Number.tryFinite >> Option.get)
            values[0], Array.tail values)
        |> Map.ofArray

    /// Regions of the hull of free energies above which the whole lattice has k_BT or more.
    let private transitions (s: SemiGrandSystem) (temperature: float) (curve: float[]) : Transition list =
        let shift = AlloyCases.shift s
        let sites = float s.Sites
        let thermal = s.Boltzmann * temperature / sites

        curve
        |> Array.mapi (fun n f -> struct (float n / sites, f))
        |> ConvexHull.lower
        |> ok
        |> Array.pairwise
        |> Array.choose (fun (left, right) ->
            let rise =
                (curve[right.Index] - curve[left.Index]) / float (right.Index - left.Index)

            let depth =
                [ left.Index .. right.Index ]
                |> List.map (fun n -> curve[n] - curve[left.Index] - rise * float (n - left.Index))
                |> List.max

            if depth > thermal then
                Some
                    {
                        Left = left.Composition
                        Right = right.Composition
                        Difference = shift + sites * rise
                    }
            else
                None)
        |> List.ofArray

    /// Where the composition goes through that in the middle of a transition.
    let private crossing (pooled: SemiGrandEstimate[]) (t: Transition) : float option =
        let middle = 0.5 * (t.Left + t.Right)

        pooled
        |> Array.pairwise
        |> Array.tryFind (fun (a, b) -> a.Charge.Value <= middle && b.Charge.Value > middle)
        |> Option.map (fun (a, b) ->
            let share = (middle - a.Charge.Value) / (b.Charge.Value - a.Charge.Value)
            a.Conditions.Field + share * (b.Conditions.Field - a.Conditions.Field))

    let private along samples (n: SegalNetwork) (fields: float[]) (temperature: float) =
        SemiGrandEstimate.row
            (Run.named (Number.text temperature) Run.quiet)
            { Samples = samples; Operations = 4 }
            temperature
            fields
            n
        |> ok

    /// The gap of the network's own free energy that has most of a transition's compositions.
    let private gap (row: SemiGrandRow) (t: Transition) : PhasePair option =
        let common (p: PhasePair) = min p.Right t.Right - max p.Left t.Left

        row.Profile
        |> Option.bind (fun profile ->
            match profile.Pairs |> Array.filter (fun p -> common p > 0.0) with
            | [||] -> None
            | pairs -> Some(Array.maxBy common pairs))

    /// Rows of the transitions of one temperature, and how far each is from the published one; None where the composition does not go through.
    let private compared (c: Case) (n: SegalNetwork) (published: Map<float, float[]>) (temperature: float) =
        let row = along 100 n c.Fields temperature

        [
            for t in transitions c.System temperature published[temperature] do
                let found, pair = crossing row.Estimates t, gap row t
                let said = Option.defaultValue "none"

                [
                    c.System.Name
                    $"{temperature}"
                    $"{t.Left:F3} to {t.Right:F3}"
                    pair |> Option.map (fun p -> $"{p.Left:F3} to {p.Right:F3}") |> said
                    $"{t.Difference:F4}"
                    pair |> Option.map (fun p -> Estimate.format p.Field) |> said
                    found |> Option.map (fun at -> $"{at:F4}") |> said
                ],
                found |> Option.map (fun at -> abs (at - t.Difference))
        ]

    let private effective (c: Case) (n: SegalNetwork) : float[] =
        [|
            for temperature in c.Temperatures do
                for field in c.Fields ->
                    (SemiGrandEstimate.create
                        Run.quiet
                        { Samples = 500; Operations = 1 }
                        {
                            Temperature = temperature
                            Field = field
                        }
                        n
                     |> ok)
                        .EffectiveSampleSize
        |]
        |> Array.sort

    let private measure (c: Case) =
        let network, minutes = AlloyCases.train c.Range c.System
        let sizes = effective c network
        let published = curves c.Curves
        let found = c.Compared |> List.collect (compared c network published)
        let step = c.Fields[1] - c.Fields[0]
        let median = sizes[sizes.Length / 2]

        let near =
            found |> List.forall (fun (_, d) -> d |> Option.exists (fun d -> d <= step))

        let largest = found |> List.choose snd |> List.max

        network,
        [
            [
                c.System.Name
                "training, minutes"
                AlloyCases.minutes minutes
                "120"
                ""
                (match minutes with
                 | Some m -> Goal.met (m <= 120.0)
                 | None -> "")
            ]
            [
                c.System.Name
                "median NESS"
                $"{median:F3}"
                "0.5"
                $"{c.PublishedMedian}"
                Goal.met (median >= 0.5)
            ]
            [ c.System.Name; "least NESS"; $"{sizes[0]:G2}"; ""; "1e-4"; "" ]
            [
                c.System.Name
                "largest distance of a transition from metadynamics, eV of Δμ"
                $"{largest:F4}"
                $"{step:F3}, one step"
                ""
                Goal.met near
            ]
        ],
        found |> List.map fst,
        median > c.PublishedMedian

    let private silverPalladium () =
        {
            System = AlloyCases.system "AgPd-125" (PublishedAlloys.silverPalladium ()) (5, 5, 5)
            Range =
                {
                    Temperature = 200.0, 900.0
                    Field = -0.4, 0.4
                }
            Temperatures = AlloyCases.even 200.0 900.0 8
            Fields = AlloyCases.even -0.4 0.4 41
            Curves = "metadynamics_agpd125.csv"
            Compared = [ 200.0; 300.0; 400.0; 500.0 ]
            PublishedMedian = 0.11
        }

    let private copperGold () =
        let system = AlloyCases.system "CuAu-128" (PublishedAlloys.copperGold ()) (8, 4, 4)

        let shift = AlloyCases.shift system

        {
            System = system
            Range =
                {
                    Temperature = 200.0, 1200.0
                    Field = -0.2 + shift, 0.15 + shift
                }
            Temperatures = AlloyCases.even 200.0 1200.0 8
            Fields = AlloyCases.even (-0.2 + shift) (0.15 + shift) 36
            Curves = "metadynamics_cuau128.csv"
            Compared = [ 200.0; 300.0; 400.0; 500.0; 600.0 ]
            PublishedMedian = 0.15
        }

    /// The composition nearest to 3/4 at Δμ where Au3Cu is in equilibrium at 250 K, 0.0723 eV for formation energies.
    let private goldRich (n: SegalNetwork) : float =
        let fields =
            [| 0.069; 0.0705; 0.0723; 0.074; 0.076 |] |> Array.map ((+) (AlloyCases.shift n.System))

        (along 400 n fields 250.0).Estimates
        |> Array.map _.Charge.Value
        |> Array.minBy (fun x -> abs (x - 0.75))

    let private run () =
        let goldCase, silverCase = copperGold (), silverPalladium ()
        let gold, goldRows, goldTransitions, isGold = measure goldCase
        let rich = goldRich gold
        let _, silverRows, silverTransitions, isSilver = measure silverCase
        List.iter Checkpoints.forget [ goldCase.System.Name; silverCase.System.Name ]

        let found =
            [
                "CuAu-128"
                "x that is nearest to Au3Cu, 250 K"
                $"{rich:F3}"
                "0.7 to 0.8"
                "never"
                Goal.met (rich > 0.7 && rich < 0.8)
            ]

        {
            Markdown =
                Table.markdown [ "alloy"; ""; "found"; "goal"; "published"; "" ] (goldRows @ [ found ] @ silverRows)
                + "\n\n"
                + Table.markdown
                    [
                        "alloy"
                        "T, K"
                        "phases by metadynamics, x"
                        "by the network"
                        "Δμ by metadynamics, eV"
                        "by the network"
                        "x of the network goes through the middle, eV"
                    ]
                    (goldTransitions @ silverTransitions)
                + "\n\nOne network for each alloy with default settings. NESS of 500 samples at each of 8 temperatures and 36 (41) Δμ, of the network alone. Transitions: gaps of the convex hull of the published free energies of mixing above which the whole lattice has k_BT or more, with the slope of the tangent; of the network the same of its own free energies, and Δμ at which its x goes through the middle of a published gap; samples of all Δμ of a temperature are weighed together, 100 of each, moved by four operations. Published curves have no errors."
            // Goals are told; more samples have to count than those of the published networks.
            Passed = isGold && isSilver
        }

    /// `verify segal-large`.
    let measurement: Measurement =
        {
            Name = "segal-large"
            Title = "Phase diagrams of two alloys of 128 and 125 atoms"
            Run = run
        }
