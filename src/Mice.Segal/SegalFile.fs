namespace Mice.Segal

open System
open System.Globalization
open Mice
open Mice.Alloys
open Mice.Autoregressive
open Mice.Samplers
open Mice.Tensors

/// <summary>Networks in files: safetensors whose notes say what system, range and form the weights are of, so that a file is all that is needed to draw samples.</summary>
/// <remarks>A system of a user's own is known by name and size alone, and has to be given again.</remarks>
[<RequireQualifiedAccess>]
module SegalFile =
    [<Literal>]
    let private Format = "mice segal network 1"

    let private numbers (values: float list) =
        values |> List.map Number.text |> String.concat " "

    let private ofSystem (s: SemiGrandSystem) : (string * string) list =
        [
            "name", s.Name
            "sites", string s.Sites
            "boltzmann", Number.text s.Boltzmann

            match s.Origin with
            | SystemOrigin.Own -> "system", "own"
            | SystemOrigin.Ising model ->
                "system", "ising"
                "lattice", (string model.Lattice).ToLowerInvariant()
                "torus", $"{model.Rows} {model.Columns}"
                "coupling", Number.text model.Coupling
            | SystemOrigin.Alloy(expansion, supercell) ->
                "system", "alloy"
                "expansion", ClusterExpansionFile.toText expansion
                "supercell", supercell.Matrix |> Array.map string |> String.concat " "
        ]

    let private ofForm (n: SegalNetwork) : (string * string) list =
        [
            "temperature", numbers [ fst n.Range.Temperature; snd n.Range.Temperature ]
            "field", numbers [ fst n.Range.Field; snd n.Range.Field ]
            "widths", n.Form.Widths |> Array.map string |> String.concat " "
            "activation", (string n.Form.Activation).ToLowerInvariant()
            "knows_energy", string n.Form.KnowsEnergy
            "pairs", string n.Form.Pairs

            match n.Form.Conditions with
            | ConditionForm.Natural tents -> "conditions", $"natural 4 {tents}"
            | ConditionForm.Published(t, b) -> "conditions", "published " + numbers [ t; b ]
        ]

    /// All that the weights of a network are of, by name.
    let internal notes (n: SegalNetwork) : (string * string) list = ofSystem n.System @ ofForm n

    /// <summary>Writes a network; the file is there completely or as it was before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="n">The network.</param>
    let write (path: string) (n: SegalNetwork) : unit =
        Params.node
            [
                "weights", Params.Leaf(Tensor.ofArray [ n.Network.Weights.Length ] n.Network.Weights)
            ]
        |> Safetensors.save path (("format", Format) :: notes n)

    let private tryInteger (text: string) =
        match Int32.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) with
        | true, number -> Some number
        | _ -> None

    let private pair notes key : Result<float * float, MiceError list> =
        FileNotes.words notes Number.tryFinite (Some 2) key |> Result.map (fun v -> v[0], v[1])

    let private flag notes key =
        FileNotes.choice notes [ "True", true; "False", false ] key

    let private ising notes : Result<SemiGrandSystem, MiceError list> =
        validate {
            let! lattice =
                FileNotes.choice notes [ "square", Lattice.Square; "triangular", Lattice.Triangular ] "lattice"

            and! torus = FileNotes.words notes Number.tryCount (Some 2) "torus"
            and! coupling = FileNotes.words notes Number.tryFinite (Some 1) "coupling"

            return!
                SemiGrandSystem.ising
                    { IsingModel.square 2 1.0 with
                        Lattice = lattice
                        Rows = torus[0]
                        Columns = torus[1]
                        Coupling = coupling[0]
                    }
        }

    let private alloy notes : Result<SemiGrandSystem, MiceError list> =
        validate {
            let! name = FileNotes.value notes "name"

            and! expansion =
                FileNotes.value notes "expansion" |> Result.bind (ClusterExpansionFile.ofText notes.Path)

            and! matrix = FileNotes.words notes tryInteger (Some 9) "supercell"
            and! boltzmann = FileNotes.words notes Number.tryFinite (Some 1) "boltzmann"
            let! supercell = Supercell.create expansion.Lattice matrix

            return
                { SemiGrandSystem.alloy name expansion supercell with
                    Boltzmann = boltzmann[0]
                }
        }

    let private own (notes: FileNotes) (given: SemiGrandSystem option) : Result<SemiGrandSystem, MiceError list> =
        match given with
        | None -> FileNotes.fault notes "its system is a function of a user, which has to be given"
        | Some s ->
            validate {
                let! name = FileNotes.value notes "name"
                and! sites = FileNotes.value notes "sites"

                let! () =
                    [
                        if name <> s.Name || sites <> string s.Sites then
                            MiceError.Mismatch(
                                "the network's system and the given one",
                                $"{name}, {sites} sites",
                                $"{s.Name}, {s.Sites} sites"
                            )
                    ]

                return s
            }

    let private conditions notes : Result<ConditionForm, MiceError list> =
        FileNotes.value notes "conditions"
        |> Result.bind (fun text ->
            match text.Split ' ' with
            | [| "natural" |]
            | [| "natural"; "2" |] ->
                FileNotes.fault
                    notes
                    "it was written when outputs of layers were not multiplied by √(T_highest/T); train it again"
            | [| "natural"; "3" |] ->
                FileNotes.fault notes "it was written when layers were not told of fields by tents; train it again"
            | [| "natural"; "4"; tents |] ->
                match Number.tryCount tents with
                | Some tents -> Ok(ConditionForm.Natural tents)
                | None -> FileNotes.fault notes $"its note 'conditions' is '{text}'"
            | [| "published"; t; b |] ->
                match Number.tryFinite t, Number.tryFinite b with
                | Some t, Some b -> Ok(ConditionForm.Published(t, b))
                | _ -> FileNotes.fault notes $"its note 'conditions' is '{text}'"
            | _ -> FileNotes.fault notes $"its note 'conditions' is '{text}'")

    let private form notes : Result<SegalForm, MiceError list> =
        validate {
            let! widths = FileNotes.words notes Number.tryCount None "widths"

            and! activation =
                FileNotes.choice
                    notes
                    [ "tanh", MaskedActivation.Tanh; "sigmoid", MaskedActivation.Sigmoid ]
                    "activation"

            and! conditions = conditions notes
            and! knows = flag notes "knows_energy"
            and! pairs = flag notes "pairs"

            return
                {
                    Widths = widths
                    Activation = activation
                    Conditions = conditions
                    KnowsEnergy = knows
                    Pairs = pairs
                }
        }

    let private system notes given : Result<SemiGrandSystem, MiceError list> =
        FileNotes.choice
            notes
            [
                "ising", (fun () -> ising notes)
                "alloy", (fun () -> alloy notes)
                "own", (fun () -> own notes given)
            ]
            "system"
        |> Result.bind (fun read -> read ())

    let private weights notes (tree: Params) (count: int) : Result<float32[], MiceError list> =
        match Params.flatten tree with
        | [| "weights", t |] when t.DType = DType.Float32 && t.Count = count -> Ok(Tensor.toArray<float32> t)
        | _ -> FileNotes.fault notes $"it does not hold the {count} weights of its network"

    let private network (notes: FileNotes) (tree: Params) (given: SemiGrandSystem option) =
        validate {
            let! () = FileNotes.choice notes [ Format, () ] "format"
            let! system = system notes given
            and! temperature = pair notes "temperature"
            and! field = pair notes "field"
            and! form = form notes

            let! fresh =
                SegalNetwork.create
                    (Key.ofSeed 0UL)
                    form
                    {
                        Temperature = temperature
                        Field = field
                    }
                    system

            let! found = weights notes tree fresh.Network.Weights.Length

            return
                { fresh with
                    Network = { fresh.Network with Weights = found }
                }
        }

    /// <summary>Reads a network.</summary>
    /// <param name="given">The system, where it is a function of a user.</param>
    /// <param name="path">The file.</param>
    /// <returns>Errors: MissingFile, BadFile, Mismatch for another system of a user's own, Unavailable (no tensor library).</returns>
    let read (given: SemiGrandSystem option) (path: string) : Result<SegalNetwork, MiceError list> =
        validate {
            let! () = Engine.load ()
            let! tree, metadata = Safetensors.load path

            return!
                network
                    {
                        Path = path
                        Values = Map.ofList metadata
                    }
                    tree
                    given
        }
