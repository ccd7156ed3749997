namespace Mice.Alloys

open System
open Mice
open Mice.Atoms

/// A structure on a lattice: which sites the first species has.
[<NoEquality; NoComparison>]
type Configuration =
    {
        /// The periodic piece of the lattice.
        Supercell: Supercell
        /// [N]: 1 for the first species (spin +1), 0 for the second (spin −1), in the order of the sites.
        States: byte[]
    }

/// Configurations, and how structures of a user come onto a lattice.
[<RequireQualifiedAccess>]
module Configuration =
    /// The fraction x of sites in state 1.
    let composition (c: Configuration) : float =
        float (c.States |> Array.sumBy int) / float c.States.Length

    /// Atoms farther from their sites than this are not on the lattice, Å.
    let defaultTolerance = 0.1

    /// An atom with its nearest site, and where it is from there, Å.
    [<Struct>]
    type private Placed = { Site: LatticeSite; Off: float[] }

    let private nearestSite (lattice: ParentLattice) (place: float[]) : Placed =
        let bare = ParentLattice.cell lattice

        Seq.init lattice.SitesPerCell (fun b ->
            let apart = Array.init 3 (fun i -> place[i] - lattice.Basis[3 * b + i])
            let whole = apart |> Array.map Math.Round

            {
                Site =
                    {
                        Cell = struct (int whole[0], int whole[1], int whole[2])
                        Basis = b
                    }
                Off = Array.map2 (-) apart whole |> Cell.cartesian bare
            })
        |> Seq.minBy (fun p -> Cell.norm p.Off)

    /// All atoms on their nearest sites, when the crystal is moved back by an offset; places are in primitive vectors.
    let private placed (lattice: ParentLattice) (places: float[][]) (offset: float[]) : Placed[] =
        places |> Array.map (fun place -> Array.map2 (-) place offset |> nearestSite lattice)

    let private farthest (atoms: Placed[]) =
        atoms |> Array.map (fun p -> Cell.norm p.Off) |> Array.max

    /// The best of: the crystal as it stands, and moved so that atom 0 is on each of the basis sites; then moved by the mean distance to the sites.
    let private aligned (lattice: ParentLattice) (places: float[][]) : Placed[] =
        let bare = ParentLattice.cell lattice

        let centred offset =
            let atoms = placed lattice places offset
            let mean = Array.init 3 (fun k -> atoms |> Array.averageBy (fun p -> p.Off[k]))

            let better =
                Array.map2 (+) offset (Cell.fractional bare mean) |> placed lattice places

            if farthest better < farthest atoms then better else atoms

        [|
            Array.zeroCreate 3
            for b in 0 .. lattice.SitesPerCell - 1 do
                Array.init 3 (fun i -> places[0][i] - lattice.Basis[3 * b + i])
        |]
        |> Array.map centred
        |> Array.minBy farthest

    /// The vectors of the box in whole primitive vectors.
    let private matrixOf (tolerance: float) (lattice: ParentLattice) (name: string) (box: Cell) =
        let fractions = Cell.fractional (ParentLattice.cell lattice) box.Vectors
        let matrix = fractions |> Array.map (Math.Round >> int)

        let off row =
            let rest =
                Array.init 3 (fun k -> fractions[3 * row + k] - float matrix[3 * row + k])

            let steps = Seq.sum (Seq.init 3 (fun k -> abs matrix[3 * row + k]))
            Cell.norm (Cell.cartesian (ParentLattice.cell lattice) rest) / float (max 1 steps)

        let worst = [ 0..2 ] |> List.maxBy off

        if not (Array.forall id box.Periodic) then
            Error
                [
                    MiceError.OutOfRange(
                        $"the box of {name}",
                        "not periodic",
                        "a crystal that repeats in all three directions"
                    )
                ]
        elif off worst > tolerance then
            Error
                [
                    MiceError.OutOfRange(
                        $"the box of {name}",
                        $"no multiple of the primitive vectors of the {lattice.Name} lattice (vector {worst + 1} is off by {off worst:F3} Å a step)",
                        $"whole multiples in the orientation of the lattice, within {Number.text tolerance} Å"
                    )
                ]
        else
            Supercell.create lattice matrix

    let private speciesFaults (struct (up, down): struct (string * string)) (name: string) (snapshot: Snapshot) =
        let names = snapshot.Species |> Array.map (fun s -> snapshot.SpeciesNames[s])

        match names |> Array.tryFindIndex (fun n -> n <> up && n <> down) with
        | Some atom ->
            [
                MiceError.UnknownName($"species of the alloy (atom {atom + 1} of {name})", names[atom], [ up; down ])
            ]
        | None -> []

    let private placeFaults tolerance (lattice: ParentLattice) name (supercell: Supercell) (atoms: Placed[]) =
        let off i = Cell.norm atoms[i].Off
        let far = [ 0 .. atoms.Length - 1 ] |> List.filter (fun i -> off i > tolerance)

        let shared =
            atoms
            |> Array.indexed
            |> Array.groupBy (fun (_, p) -> supercell.IndexOf p.Site)
            |> Array.tryFind (fun (_, on) -> on.Length > 1)

        match far, shared with
        | _ :: _, _ ->
            let worst = far |> List.maxBy off

            [
                MiceError.OutOfRange(
                    $"the place of atom {worst + 1} of {name}",
                    $"{off worst:F3} Å from the nearest site of the {lattice.Name} lattice ({far.Length} of {atoms.Length} atoms are off)",
                    $"{Number.text tolerance} Å at most"
                )
            ]
        | [], Some(_, on) ->
            [
                MiceError.OutOfRange(
                    $"atoms {fst on[0] + 1} and {fst on[1] + 1} of {name}",
                    "on one site",
                    "one atom on each site"
                )
            ]
        | [], None -> []

    /// Places of the atoms in primitive vectors, when the box is that of the supercell.
    let private placesOf (supercell: Supercell) (snapshot: Snapshot) : float[][] =
        let s = supercell.Matrix |> Array.map float

        Cell.fractional snapshot.Cell snapshot.Positions
        |> Array.chunkBySize 3
        |> Array.map (fun f -> Array.init 3 (fun k -> f[0] * s[k] + f[1] * s[3 + k] + f[2] * s[6 + k]))

    let private statesOf (supercell: Supercell) (atoms: Placed[]) (isUp: bool[]) : byte[] =
        let states = Array.zeroCreate supercell.Count
        Array.iter2 (fun p up -> states[supercell.IndexOf p.Site] <- if up then 1uy else 0uy) atoms isUp
        states

    /// <summary>Brings a structure onto the lattice.</summary>
    /// <remarks>The box has to consist of whole primitive vectors, in their orientation; a box that is strained a little carries its atoms along. A crystal that is moved as a whole is moved back. Atoms
    /// may be off their sites by the tolerance. Sites of the configuration are in the order of its supercell, not in that of the atoms.</remarks>
    /// <param name="tolerance">Å: of atoms from their sites, and of the vectors of the box for each primitive step in them; <c>Configuration.defaultTolerance</c>.</param>
    /// <param name="lattice">The lattice.</param>
    /// <param name="species">The species of state 1, and that of state 0.</param>
    /// <param name="name">What faults call the structure.</param>
    /// <param name="snapshot">The structure.</param>
    /// <returns>Errors: one line each for species, box, number of atoms, and places, which name the structure and the atom.</returns>
    let ofSnapshot
        (tolerance: float)
        (lattice: ParentLattice)
        (species: struct (string * string))
        (name: string)
        (snapshot: Snapshot)
        : Result<Configuration, MiceError list> =
        validate {
            let! () = speciesFaults species name snapshot
            and! () = Validate.positive "the tolerance of a match" tolerance
            and! supercell = matrixOf tolerance lattice name snapshot.Cell

            let! () =
                [
                    if Snapshot.count snapshot <> supercell.Count then
                        MiceError.Mismatch(
                            $"atoms and sites of the box of {name}",
                            string (Snapshot.count snapshot),
                            string supercell.Count
                        )
                ]

            let atoms = placesOf supercell snapshot |> aligned lattice
            let! () = placeFaults tolerance lattice name supercell atoms
            let struct (up, _) = species
            let isUp = snapshot.Species |> Array.map (fun s -> snapshot.SpeciesNames[s] = up)

            return
                {
                    Supercell = supercell
                    States = statesOf supercell atoms isUp
                }
        }

    /// <summary>The ideal structure of a configuration.</summary>
    /// <param name="species">The species of state 1, and that of state 0.</param>
    /// <param name="c">The configuration.</param>
    let toSnapshot (species: struct (string * string)) (c: Configuration) : Snapshot =
        let struct (up, down) = species

        let box =
            {
                Vectors = Supercell.vectors c.Supercell
                Origin = Array.zeroCreate 3
                Periodic = Array.create 3 true
            }

        { Snapshot.ofPositions up box (Supercell.positions c.Supercell) with
            SpeciesNames = [| up; down |]
            Species = c.States |> Array.map (fun s -> if s = 1uy then 0 else 1)
        }
