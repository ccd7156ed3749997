namespace Mice.Segal

open Mice
open Mice.Alloys
open Mice.Tensors

/// <summary>Networks on crystal graphs in files: safetensors whose notes say what lattice and form the parameters are of.</summary>
[<RequireQualifiedAccess>]
module CrystalGraphFile =
    [<Literal>]
    let private Format = "mice crystal graph network 1"

    let private numbers (values: float seq) =
        values |> Seq.map Number.text |> String.concat " "

    /// A form by names.
    let internal ofForm (f: CrystalGraphForm) : (string * string) list =
        [
            "neighbours", string f.Graph.Neighbours
            "cut_off", Number.text f.Graph.CutOff
            "step", Number.text f.Graph.Step
            "features", string f.Features
            "convolutions", string f.Convolutions
            "hidden", f.Hidden |> List.map string |> String.concat " "
        ]

    /// <summary>Writes a network; the file is there completely or as it was before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="n">The network.</param>
    let write (path: string) (n: CrystalGraphNetwork) : unit =
        let notes =
            [
                "format", Format
                "lattice", n.Lattice.Name
                "vectors", numbers n.Lattice.Vectors
                "basis", numbers n.Lattice.Basis
                "energies", numbers [ n.Mean; n.Deviation ]
                yield! ofForm n.Form
            ]

        Safetensors.save path notes n.Parameters

    let private one (notes: FileNotes) read key =
        FileNotes.words notes read (Some 1) key |> Result.map Array.head

    let private form (notes: FileNotes) : Result<CrystalGraphForm, MiceError list> =
        validate {
            let! neighbours = one notes Number.tryCount "neighbours"
            and! cutOff = one notes Number.tryFinite "cut_off"
            and! step = one notes Number.tryFinite "step"
            and! features = one notes Number.tryCount "features"
            and! convolutions = one notes Number.tryCount "convolutions"
            and! hidden = FileNotes.words notes Number.tryCount None "hidden"

            return
                {
                    Graph =
                        {
                            Neighbours = neighbours
                            CutOff = cutOff
                            Step = step
                        }
                    Features = features
                    Convolutions = convolutions
                    Hidden = List.ofArray hidden
                }
        }

    let private lattice (notes: FileNotes) : Result<ParentLattice, MiceError list> =
        validate {
            let! name = FileNotes.value notes "lattice"
            and! vectors = FileNotes.words notes Number.tryFinite (Some 9) "vectors"
            and! basis = FileNotes.words notes Number.tryFinite None "basis"
            return! ParentLattice.create name vectors basis
        }

    /// Whether parameters have the names, shapes and type of others.
    let private isLike (form: Params) (tree: Params) : bool =
        let outline p =
            Params.flatten p |> Array.map (fun (name, t) -> name, t.DType, t.Shape) |> Array.sort

        outline form = outline tree

    /// <summary>Reads a network.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile, BadFile, OutOfRange for a form that is not possible, Unavailable (no tensor library).</returns>
    let read (path: string) : Result<CrystalGraphNetwork, MiceError list> =
        validate {
            let! () = Engine.load ()
            let! tree, metadata = Safetensors.load path

            let notes =
                {
                    Path = path
                    Values = Map.ofList metadata
                }

            let! () = FileNotes.choice notes [ Format, () ] "format"
            let! form = form notes
            and! lattice = lattice notes
            and! energies = FileNotes.words notes Number.tryFinite (Some 2) "energies"
            let! fresh = CrystalGraphNetwork.create (Key.ofSeed 0UL) form lattice

            if isLike fresh.Parameters tree then
                return
                    { fresh with
                        Mean = energies[0]
                        Deviation = energies[1]
                        Parameters = Params.inForm fresh.Parameters tree
                    }
            else
                return! FileNotes.fault notes "its parameters are not those of its form"
        }
