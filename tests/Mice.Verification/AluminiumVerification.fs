namespace Mice.Verification

open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Testing.Measuring

/// The main job with default settings on aluminium.
module AluminiumVerification =
    let private temperature = 900.0<K>

    let private scan = ParticleMethod.Scan ScanOptions.defaults

    let private denoising = ParticleMethod.Denoising DenoisingOptions.defaults

    /// 5 + 5 snapshots.
    let private given () =
        match Repository.reference [ "md"; "al" ] with
        | Some folder -> MeltingVerification.input folder
        | None -> raise (NotHere "the trajectories of aluminium are not among the reference data")

    /// 20 + 20 snapshots.
    let own () =
        MeltingVerification.simulate "aluminium" 900101 (fun phase ->
            { LammpsOptions.aluminium phase with
                Snapshots = 20
            })

    /// Rows: a name, the truth, and what is said of a result.
    let private rows: (string * string * (MeltingResult -> string)) list =
        let known, plain = MeltingVerification.known, Estimate.format

        [
            "s_ex solid, k_B per atom (upper bound)", "", (fun r -> plain r.Solid.Bound.ExcessEntropy)
            "s_ex liquid, k_B per atom (upper bound)", "", (fun r -> plain r.Liquid.Bound.ExcessEntropy)
            "looseness of the solid's bound, estimated", "", (fun r -> known r.Solid.Bound.Looseness)
            "looseness of the liquid's bound, estimated", "", (fun r -> known r.Liquid.Bound.Looseness)
            "Δs, k_B per atom (no bound)", "1.41", (fun r -> plain r.DeltaEntropy)
            "Δs of the bounds as they stand", "1.41", (fun r -> plain r.DeltaEntropyOfBounds)
            "Δh, kJ/mol", "10.85(6)", (fun r -> plain r.DeltaEnthalpy)
            "T_m, K (no bound)", "926", (fun r -> plain r.MeltingTemperature)
            "time of both entropies, s", "", (fun r -> $"{r.Solid.Bound.Seconds + r.Liquid.Bound.Seconds:F0}")
        ]

    let private runAluminium () =
        let columns =
            [
                "denoising, 20 + 20 snapshots of a run of its own", denoising, own
                "denoising, 5 + 5 reference snapshots", denoising, given
                "scan, 5 + 5 reference snapshots", scan, given
            ]

        let results =
            columns
            |> List.map (fun (name, method, input) ->
                let r = input () |> MeltingVerification.melt temperature method
                printfn "%s: T_m %s K" name (Estimate.format r.MeltingTemperature)
                r)

        let header =
            "aluminium, 900 K, 1 bar" :: "truth" :: List.map (fun (name, _, _) -> name) columns

        {
            Markdown =
                Table.markdown
                    header
                    (rows |> List.map (fun (name, truth, said) -> name :: truth :: List.map said results))
                + "\n\n2,048 atoms, default settings; of so few snapshots as 5 + 5 a check says so. Truth: T_m by coexistence with the same potential "
                + "(M. I. Mendelev et al., Phil. Mag. 88, 1723 (2008)) and Δs = Δh/T_m."
            // Nothing was promised here: it reports what comes out.
            Passed = true
        }

    /// `verify aluminium`.
    let measurement =
        {
            Name = "aluminium"
            Title = "Melting of aluminium"
            Run = runAluminium
        }
