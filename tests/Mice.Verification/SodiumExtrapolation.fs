namespace Mice.Verification

open Mice
open Mice.Entropy
open Mice.Testing.Measuring

/// The bounds of sodium at one setting.
type StudiedBounds =
    {
        /// The direction in which the setting differs from the base; "" for the base itself.
        Direction: string
        /// How far: steps, units of a layer, atoms within the cut-off, or snapshots.
        Size: float
        /// Upper bound on the solid's excess entropy.
        Solid: Estimate<kB / atom>
        /// Upper bound on the liquid's excess entropy.
        Liquid: Estimate<kB / atom>
        /// Entropy of melting from the two.
        DeltaEntropy: Estimate<kB / atom>
    }

/// Where the bounds of sodium would end if every setting were without limit.
[<RequireQualifiedAccess>]
module SodiumExtrapolation =
    type private Points = (struct (float * Estimate<kB / atom>))[]

    /// What is left beyond the base setting in one direction.
    type private Change =
        {
            Direction: string
            Base: float
            Solid: Points
            Liquid: Points
        }

    let private change (rows: StudiedBounds list) (direction: string, size: float) : Change =
        let points phase : Points =
            [|
                struct (size, phase rows.Head)
                for row in rows do
                    if row.Direction = direction then
                        struct (row.Size, phase row)
            |]
            |> Array.sortBy (fun struct (size, _) -> size)

        {
            Direction = direction
            Base = size
            Solid = points _.Solid
            Liquid = points _.Liquid
        }

    let private solid (c: Change) = Extrapolation.remaining c.Base c.Solid

    let private liquid (c: Change) = Extrapolation.remaining c.Base c.Liquid

    let private line name (solid: Estimate<kB / atom>) (liquid: Estimate<kB / atom>) (difference: Estimate<kB / atom>) =
        [
            name
            Estimate.format solid
            Estimate.format liquid
            Estimate.format difference
        ]

    let private changeLine (c: Change) =
        let sizes =
            c.Solid |> Array.map (fun struct (size, _) -> $"{size:F0}") |> String.concat ", "

        let flat =
            match Extrapolation.isFlat c.Solid, Extrapolation.isFlat c.Liquid with
            | true, true -> "; both flat"
            | true, false -> "; solid flat"
            | false, true -> "; liquid flat"
            | false, false -> ""

        line
            $"left beyond the base, {c.Direction} ({sizes}{flat})"
            (solid c)
            (liquid c)
            (Estimate.subtract (liquid c) (solid c))

    let private truth value error =
        Estimate.create (value * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.Exact

    let private trueLiquid = truth MeltingVerification.truthLiquid 0.02

    let private meaning (liquid: Estimate<kB / atom>) =
        let above = Estimate.subtract liquid trueLiquid
        let errors = float (above.Value / above.StandardError)

        if errors > 2.0 then
            $"The liquid's limit stays {Estimate.format above} above the truth, {errors:F1} errors: more steps, width, range or data do not close that gap, "
            + "so the plateau belongs to the kind of features and network, and only the estimated looseness accounts for it."
        else
            "The liquid's limit is within two errors of the truth: larger settings may well close the gap."

    /// <summary>A table of what is left beyond the base setting and of the limits, and what they mean.</summary>
    /// <param name="corrected">The base setting's bounds of solid and liquid less their looseness, and the Δs of these.</param>
    /// <param name="directions">Every direction and where the base setting stands in it.</param>
    /// <param name="rows">All settings, the base first.</param>
    let markdown (corrected: string list) (directions: (string * float) list) (rows: StudiedBounds list) : string =
        let start = rows.Head
        let changes = directions |> List.map (change rows)

        let limit bound left =
            List.fold Estimate.add bound (List.map left changes)

        let solidLimit, liquidLimit = limit start.Solid solid, limit start.Liquid liquid

        // ln(v_l/v_s), which an entropy of melting holds beside the excess entropies.
        let expansion = start.DeltaEntropy.Value - (start.Liquid.Value - start.Solid.Value)

        Table.markdown
            [ "k_B per atom"; "s_ex solid"; "s_ex liquid"; "Δs" ]
            [
                line "base setting" start.Solid start.Liquid start.DeltaEntropy
                yield! List.map changeLine changes
                line
                    "extrapolated: the sum"
                    solidLimit
                    liquidLimit
                    (Estimate.subtract liquidLimit solidLimit |> Estimate.shift expansion)
                "base setting less its looseness" :: corrected
                line
                    "truth"
                    (truth MeltingVerification.truthSolid 0.01)
                    trueLiquid
                    (truth MeltingVerification.truthDelta 0.007)
            ]
        + "\n\nExtrapolated in each direction by s(u) = s(∞) + a·u⁻ᵖ, the mean over p = ½, 1, 2, 4, 8 with weights exp(−χ²/2). Errors hold those of the fits and the spread "
        + "over p; rows count as independent, which overstates them, as they share their snapshots. Flat: smallest and largest setting differ by no more than "
        + $"the error of their difference. {meaning liquidLimit}"
