namespace Mice.Verification

open System.Diagnostics
open Mice
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Samplers
open Mice.Testing.Measuring

/// The Ising model in three dimensions: exact entropies of small tori, the critical energy, and scan and MICE against each other.
[<RequireQualifiedAccess>]
module CubicIsingVerification =
    /// Largest deviation of scan and MICE, nats per site, as of Potts models.
    [<Literal>]
    let private Goal = 0.003

    /// T_c is 4.51152; the energy changes by less than 1e-4 between the two.
    [<Literal>]
    let private Critical = 4.5115

    /// −E/N of the infinite lattice at T_c: 3 bonds of a site times 0.3302 (X. Feng, H. W. J. Blöte, Phys. Rev. E 81, 031103 (2010)).
    [<Literal>]
    let private Published = 0.9906

    /// The published value is read to three digits.
    [<Literal>]
    let private Digits = 0.0005

    /// 3 − 1/ν: energies of critical tori approach their limit as L^−1.4126. What follows is smaller by about L^−0.83. Chains of
    /// eight times the usual steps found a limit from 8 and 16 sites that is 0.002 below the published one, from 16 and 32 sites none: of the usual steps, that
    /// is about one error, and the law needs no further term.
    [<Literal>]
    let private Exponent = 1.4126

    let private torus (shape: int[]) =
        CubicIsing.model
            ChainOptions.defaults
            {
                Shape = shape
                Coupling = 1.0
                Field = 0.0
            }

    let private estimate methods shape temperatures =
        let options =
            { LatticeEntropyOptions.defaults with
                Methods = methods
            }

        LatticeEntropy.estimate options Run.quiet (torus shape) temperatures |> ok

    let private small methods shape =
        let points = estimate methods shape [ 3.0; Critical; 6.0 ]
        let names = methods |> List.map LatticeMethod.name

        $"{LatticeShape.text shape}, against all states:\n\n{LatticeComparison.table names points}",
        LatticeComparison.areClose Goal names points

    let private energy side =
        (CubicIsing.cube side).Draw Run.quiet Critical |> ok |> _.EnergyPerSite

    /// e of e_L = e + a L^−1.4126 from two sizes, the second twice the first.
    let private extrapolated (half: Estimate<1>) (whole: Estimate<1>) : Estimate<1> =
        let share = 2.0 ** -Exponent

        Estimate.subtract whole (Estimate.scale share half) |> Estimate.scale (1.0 / (1.0 - share))

    let private energies () =
        let sampling = ChainOptions.defaults
        let half, whole = energy 8, energy 16
        let limit = extrapolated half whole

        $"E/N at T = {Critical}, {sampling.Chains} chains of {sampling.Snapshots * sampling.Every} steps:\n\n"
        + Table.markdown
            [ "8×8×8"; "16×16×16"; "extrapolated"; "published" ]
            [
                [
                    Estimate.format half
                    Estimate.format whole
                    Estimate.format limit
                    $"{-Published:F4}"
                ]
            ],
        abs (limit.Value + Published) <= 3.0 * limit.StandardError + Digits

    let private large () =
        let shape = [| 8; 8; 8 |]

        let table, agree =
            estimate [ LatticeMethod.Scan; LatticeMethod.Mice ] shape [ Critical ]
            |> LatticeComparison.agreement Goal

        $"{LatticeShape.text shape}, where no exact value is known:\n\n{table}", agree

    let private run () =
        let watch = Stopwatch.StartNew()

        let found =
            [
                // MICE has nothing to halve here: this torus is the block that it starts from.
                small [ LatticeMethod.Scan ] [| 2; 2; 2 |]
                small [ LatticeMethod.Mice; LatticeMethod.Scan ] [| 4; 2; 2 |]
                energies ()
                large ()
            ]

        let parts = found |> List.map fst |> String.concat "\n\n"

        {
            Markdown =
                $"Ferromagnet on the cubic lattice, default settings, 2,048 snapshots at each temperature; {watch.Elapsed.TotalMinutes:F1} minutes in all, sampling included. \
                  s in nats per site; `scan` and `mice` are best estimates.\n\n{parts}\n\n\
                  Goals: scan and MICE within three errors and {Goal} of the exact values and of each other, MICE within the bounds of the scan and three errors; \
                  the energy, extrapolated by e + a L^−{Exponent}, within three errors of {-Published} (X. Feng, H. W. J. Blöte, Phys. Rev. E 81, 031103 (2010)), which is read to {Digits}."
            Passed = found |> List.forall snd
        }

    /// `verify ising-cubic`.
    let measurement: Measurement =
        {
            Name = "ising-cubic"
            Title = "Ising ferromagnet on the cubic lattice"
            Run = run
        }
