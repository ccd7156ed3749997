namespace Mice.Tensors

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

    let private opAdd = Operator("aten::_foreach_add", "List")
    let private opMultiply = Operator("aten::_foreach_mul", "Scalar")
    let private opNorms = Operator("aten::_foreach_norm", "Scalar")

    let private many op (tree: Params) (rest: Arg[]) =
        let all = tensors tree

        if all.Length = 0 then
            tree
        else
            Operator.callMany op (Array.append [| Arg.tensors all |] rest) |> rebuild tree

    /// left + scale · right, tensor by tensor.
    let addScaled (scale: float) (left: Params) (right: Params) : Params =
        many opAdd left [| Arg.tensors (tensors right); Arg.Float scale |]

    /// left + right, tensor by tensor.
    let add (left: Params) (right: Params) : Params = addScaled 1.0 left right

    /// factor · tree.
    let scale (factor: float) (tree: Params) : Params =
        many opMultiply tree [| Arg.Float factor |]

    /// Zeros in the form of a tree.
    let zerosLike (tree: Params) : Params = map Tensor.zerosLike tree

    /// Euclidean norm of all numbers in the tree together.
    let globalNorm (tree: Params) : float =
        let all = tensors tree

        if all.Length = 0 then
            0.0
        else
            Tensor.scope (fun () ->
                Operator.callMany opNorms [| Arg.tensors all; Arg.Float 2.0 |]
                |> Tensor.stack 0
                |> Tensor.norm
                |> Tensor.item)

    /// The tree on a device.
    let onto (device: Device) (tree: Params) : Params = map (Tensor.onto device) tree

    /// The tree in another element type.
    let convert (dtype: DType) (tree: Params) : Params = map (Tensor.convert dtype) tree
