namespace Mice.Segal

open System
open System.Collections.Generic
open Mice
open Mice.Alloys

/// <summary>Configurations of a supercell with their energies. Make one with <c>CrystalGraphSet.create</c> or <c>random</c>.</summary>
[<NoEquality; NoComparison>]
type CrystalGraphSet =
    internal
        {
            supercell: Supercell
            states: byte[]
            energies: float[]
        }

    /// The supercell.
    member set.Supercell = set.supercell
    /// [count; N], row-major, 0 or 1.
    member set.States = set.states
    /// Of the whole supercell, eV, [count].
    member set.Energies = set.energies

/// Sets of configurations.
[<RequireQualifiedAccess>]
module CrystalGraphSet =
    /// Draws in vain, one after the other, after which there are held to be no more configurations.
    let private patience = 1000

    /// <summary>Configurations with energies of a user.</summary>
    /// <param name="supercell">The supercell.</param>
    /// <param name="states">[count; N], row-major, 1 for the first species and 0 for the second.</param>
    /// <param name="energies">Of the whole supercell, eV, [count].</param>
    /// <returns>Errors: Mismatch, OutOfRange for other states and for energies that are not finite.</returns>
    let create (supercell: Supercell) (states: byte[]) (energies: float[]) : Result<CrystalGraphSet, MiceError list> =
        Validate.without
            [
                if states.Length <> energies.Length * supercell.Count then
                    MiceError.Mismatch(
                        "states and energies",
                        $"{states.Length} states",
                        $"{energies.Length} configurations of {supercell.Count} sites"
                    )

                match Array.tryFind (fun state -> state > 1uy) states with
                | Some state -> MiceError.OutOfRange("a state of a site", string state, "0 or 1")
                | None -> ()

                match Array.tryFind (Double.IsFinite >> not) energies with
                | Some energy -> MiceError.OutOfRange("the energy of a configuration", string energy, "a finite number")
                | None -> ()
            ]
            {
                supercell = supercell
                states = states
                energies = energies
            }

    /// The least of all images of a configuration, as text.
    let private representative (group: int[][]) (states: byte[]) : string =
        let image = Array.zeroCreate<char> states.Length

        group
        |> Seq.map (fun g ->
            g |> Array.iteri (fun from into -> image[into] <- char (int '0' + int states[from]))
            String image)
        |> Seq.reduce (fun least other ->
            if String.CompareOrdinal(other, least) < 0 then
                other
            else
                least)

    /// <summary>Random configurations of all compositions, no two of them images of each other under the symmetry of the supercell: the number of atoms of the first species is even from 0 to N, and
    /// so are its places.</summary>
    /// <param name="key">They come from it.</param>
    /// <param name="count">How many.</param>
    /// <param name="supercell">The supercell.</param>
    /// <returns>States [count; N], row-major. Errors: OutOfRange, also where the supercell has not as many configurations.</returns>
    let randomStates (key: Key) (count: int) (supercell: Supercell) : Result<byte[], MiceError list> =
        let generator, group = Key.generator key, Supercell.symmetries supercell
        let seen = HashSet<string>()

        let found = ResizeArray<byte[]>()
        let mutable vain = 0

        while found.Count < count && vain < patience do
            let atoms = generator.NextInt(supercell.Count + 1)

            let states =
                Array.init supercell.Count (fun site -> if site < atoms then 1uy else 0uy)

            generator.Shuffle states

            if seen.Add(representative group states) then
                found.Add states
                vain <- 0
            else
                vain <- vain + 1

        validate {
            let! () = Validate.atLeast 1 "the number of configurations" count

            let! () =
                [
                    if found.Count < count then
                        MiceError.OutOfRange(
                            "the number of configurations",
                            string count,
                            $"at most about {found.Count}, which the supercell has by symmetry"
                        )
                ]

            return Array.concat found
        }

    /// <summary>Random configurations of all compositions with the energies of a cluster expansion; no two of them are images of each other.</summary>
    /// <param name="key">They come from it.</param>
    /// <param name="count">How many.</param>
    /// <param name="expansion">The cluster expansion.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <returns>Errors: OutOfRange, also where the supercell has not as many configurations.</returns>
    let random
        (key: Key)
        (count: int)
        (expansion: ClusterExpansion)
        (supercell: Supercell)
        : Result<CrystalGraphSet, MiceError list> =
        randomStates key count supercell
        |> Result.bind (fun states ->
            create supercell states ((FigureTable.create expansion supercell).Energies states))

    /// What a set is known by.
    let internal digest (set: CrystalGraphSet) : string =
        RunStore.digest (fun writer ->
            for value in [ set.Supercell.Lattice.Vectors; set.Supercell.Lattice.Basis; set.Energies ] |> Seq.concat do
                writer.Write value

            for entry in set.Supercell.Matrix do
                writer.Write entry

            writer.Write set.States)
