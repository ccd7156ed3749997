namespace Mice.Tensors

open Mice
open TorchSharp

/// An immutable tree of named tensors: the parameters of a network, their gradients, an optimiser's moments.
[<RequireQualifiedAccess>]
type Params =
    /// One tensor.
    | Leaf of Tensor
    /// Named branches, in order.
    | Node of (string * Params)[]

    interface ITensors with
        member this.ForEachTensor action =
            match this with
            | Leaf t -> action t
            | Node branches ->
                for _, branch in branches do
                    (branch :> ITensors).ForEachTensor action

/// Functions on parameter trees. A path is the names from the root joined by dots: `encoder.0.weight`.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Params =
    /// A tree of named branches.
    let node (branches: (string * Params) list) : Params = Params.Node(List.toArray branches)

    /// The branches at the root, in order; a tree of one tensor alone has none.
    let branches (tree: Params) : (string * Params)[] =
        match tree with
        | Params.Node branches -> branches
        | Params.Leaf _ -> [||]

    /// A tree without tensors.
    let empty: Params = Params.Node [||]

    /// The tensors from left to right.
    let tensors (tree: Params) : Tensor[] =
        let found = ResizeArray<Tensor>()
        (tree :> ITensors).ForEachTensor found.Add
        found.ToArray()

    /// A tree of the same form with other tensors, given from left to right.
    let rebuild (form: Params) (tensors: Tensor[]) : Params =
        let mutable next = 0

        let rec go tree =
            match tree with
            | Params.Leaf _ ->
                next <- next + 1
                Params.Leaf tensors[next - 1]
            | Params.Node branches -> Params.Node(branches |> Array.map (fun (name, branch) -> name, go branch))

        let result = go form

        if next <> tensors.Length then
            raise (TensorException $"rebuild: {tensors.Length} tensors for a tree of {next}")

        result

    /// Applies a function to every tensor.
    let rec map (f: Tensor -> Tensor) (tree: Params) : Params =
        match tree with
        | Params.Leaf t -> Params.Leaf(f t)
        | Params.Node branches -> Params.Node(branches |> Array.map (fun (name, branch) -> name, map f branch))

    /// Paths and tensors from left to right.
    let flatten (tree: Params) : (string * Tensor)[] =
        let rec go path tree =
            match tree with
            | Params.Leaf t -> [| path, t |]
            | Params.Node branches ->
                branches
                |> Array.collect (fun (name, branch) -> go (if path = "" then name else path + "." + name) branch)

        go "" tree

    /// Combines two trees of the same form, tensor by tensor.
    let map2 (f: Tensor -> Tensor -> Tensor) (left: Params) (right: Params) : Params =
        let rec go path left right =
            match left, right with
            | Params.Leaf a, Params.Leaf b -> Params.Leaf(f a b)
            | Params.Node a, Params.Node b when Array.map fst a = Array.map fst b ->
                Params.Node(Array.map2 (fun (name, l) (_, r) -> name, go $"{path}.{name}" l r) a b)
            | _ -> raise (TensorException $"map2: the trees differ in form at '{path}'")

        go "" left right

    /// The pairs of tensors of two trees of the same form, with their paths.
    let zip (left: Params) (right: Params) : (string * Tensor * Tensor)[] =
        let a, b = flatten left, flatten right

        if Array.map fst a <> Array.map fst b then
            raise (TensorException "zip: the trees differ in form")

        Array.map2 (fun (path, x) (_, y) -> path, x, y) a b

    /// Folds a function over the tensors from left to right.
    let fold (f: 's -> Tensor -> 's) (state: 's) (tree: Params) : 's = Array.fold f state (tensors tree)

    /// The branch or leaf at a path.
    let find (path: string) (tree: Params) : Params =
        let step tree name =
            match tree with
            | Params.Node branches ->
                match branches |> Array.tryFind (fun (n, _) -> n = name) with
                | Some(_, branch) -> branch
                | None -> raise (TensorException $"find: no '{name}' of '{path}' in the tree")
            | Params.Leaf _ -> raise (TensorException $"find: '{path}' goes below a tensor")

        if path = "" then
            tree
        else
            path.Split '.' |> Array.fold step tree

    /// The tensor at a path.
    let tensor (path: string) (tree: Params) : Tensor =
        match find path tree with
        | Params.Leaf t -> t
        | Params.Node _ -> raise (TensorException $"tensor: '{path}' is a branch, not a tensor")

    /// <summary>The tensors of a tree, by their paths, in the form of another: one that was stored lacks the branches without tensors.</summary>
    /// <param name="form">What the tree is to look like.</param>
    /// <param name="tree">All of the tensors of that form.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">A tensor is missing or has another shape.</exception>
    let inForm (form: Params) (tree: Params) : Params =
        flatten form
        |> Array.map (fun (path, wanted) ->
            let found = tensor path tree

            if found.Shape <> wanted.Shape then
                raise (TensorException $"{path} is {found}, not {wanted}")

            found)
        |> rebuild form

    /// How many numbers the tree holds.
    let count (tree: Params) : int64 =
        fold (fun n (t: Tensor) -> n + int64 t.Count) 0L tree

    /// The tensors as one vector where they can be pieces of one, otherwise as they are.
    let internal packed (tree: Params) : Tensor[] =
        let all = tensors tree

        if Packing.isPossible all then
            [| Packing.join all |]
        else
            all

    /// A tree in the form of another, from what `packed` made of it.
    let internal unpacked (form: Params) (parts: Tensor[]) : Params =
        let all = tensors form

        if Packing.isPossible all then
            Packing.cut all parts[0] |> rebuild form
        else
            rebuild form parts

    /// The same numbers as pieces of one vector, as optimisers leave them. The last digits of sums in single precision depend on where in memory
    /// numbers lie.
    let joined (tree: Params) : Params = packed tree |> unpacked tree

    /// A function of all numbers, applied to the whole at once.
    let internal onWhole (f: Tensor -> Tensor) (tree: Params) : Params =
        packed tree |> Array.map f |> unpacked tree

    /// A function of all numbers of two trees of one form, applied to the whole at once.
    let internal onWhole2 (f: Tensor -> Tensor -> Tensor) (left: Params) (right: Params) : Params =
        let a, b = packed left, packed right

        if a.Length <> b.Length then
            raise (TensorException "the trees differ in form")

        Array.map2 f a b |> unpacked left

    /// left + scale · right, tensor by tensor.
    let addScaled (scale: float) (left: Params) (right: Params) : Params =
        use factor = scale.ToScalar()
        onWhole2 (binary "add" (fun a b -> a.add (b, factor))) left right

    /// left + right, tensor by tensor.
    let add (left: Params) (right: Params) : Params = addScaled 1.0 left right

    /// factor · tree.
    let scale (factor: float) (tree: Params) : Params = onWhole (fun t -> t * factor) tree

    /// Zeros in the form of a tree.
    let zerosLike (tree: Params) : Params = map Tensor.zerosLike tree

    /// Euclidean norm of all numbers in the tree together.
    let globalNorm (tree: Params) : float =
        Tensor.scope (fun () -> packed tree |> Array.sumBy (fun t -> (Tensor.item (Tensor.norm t)) ** 2.0) |> sqrt)

    /// The tree on a device.
    let onto (device: Device) (tree: Params) : Params = map (Tensor.onto device) tree

    /// The tree in another element type.
    let convert (dtype: DType) (tree: Params) : Params = map (Tensor.convert dtype) tree
