namespace Mice.Plots

open Mice.Atoms
open Mice.Entropy
open Plotly.NET

/// <summary>Figures of the excess entropy of particles by any method. Each is a chart of Plotly.NET.</summary>
[<RequireQualifiedAccess>]
module ParticleFigures =
    /// <summary>The main figure: what a method was learning or has found.</summary>
    /// <param name="found">The result.</param>
    let main (found: ParticleEntropy) : GenericChart =
        match found with
        | ParticleEntropy.Denoising result -> DenoisingFigures.levels [ Style.solid "" Colour.blue, result ]
        | ParticleEntropy.Scan result -> ScanFigures.training "Networks" result.Bound

    /// <summary>All figures of bounds by several methods, by the sections of their report.</summary>
    /// <param name="g">Pair distribution of the snapshots.</param>
    /// <param name="found">One or more.</param>
    let ofSeveral (g: PairDistribution) (found: ParticleEntropy list) : (string * GenericChart list) list =
        let all one =
            match one with
            | ParticleEntropy.Denoising result -> DenoisingFigures.all g result
            | ParticleEntropy.Scan result -> ScanFigures.all g result

        match found with
        | [ one ] -> all one
        | several ->
            [
                for one in several do
                    for title, charts in all one -> $"{title}: {one.Method}", charts
            ]

    /// <summary>Figures of what phases have in common with their method only, phases of one method in one figure: bounds by cut-off and losses of scans, the noise that is
    /// found.</summary>
    /// <param name="phases">The results with the styles of their lines.</param>
    let compare (phases: (Style * ParticleEntropy) list) : GenericChart list =
        let scans =
            phases
            |> List.choose (function
                | style, ParticleEntropy.Scan result -> Some(style, result)
                | _ -> None)

        let denoised =
            phases
            |> List.choose (function
                | style, ParticleEntropy.Denoising result -> Some(style, result)
                | _ -> None)

        [
            if not (List.isEmpty denoised) then
                DenoisingFigures.levels denoised

            if not (List.isEmpty scans) then
                yield! ScanFigures.byCutoff scans |> Option.toList
                ScanFigures.loss scans
        ]
