namespace Mice.Tensors

open TorchSharp

/// <summary>Many tensors as pieces of one vector.</summary>
/// <remarks>Parameters lie flat underneath: an optimiser works on the vector, a network on the pieces, which are views
/// of it. A tensor that is such a piece remembers its vector, so that pieces in their order join without a copy.</remarks>
[<RequireQualifiedAccess>]
module internal Packing =

    /// Whether tensors can be pieces of one vector: one element type, one device.
    let isPossible (tensors: Tensor[]) =
        tensors.Length > 0
        && (let kind = tensors[0].Kind
            tensors |> Array.forall (fun t -> t.Kind = kind))

    /// The vector that tensors, in this order, are all the pieces of.
    let private common (tensors: Tensor[]) : Tensor voption =
        match tensors[0].Whole with
        | ValueNone -> ValueNone
        | ValueSome(struct (whole, _)) ->
            let mutable at = 0
            let mutable fits = true

            for t in tensors do
                match t.Whole with
                | ValueSome(struct (w, offset)) when obj.ReferenceEquals(w, whole) && offset = at -> at <- at + t.Count
                | _ -> fits <- false

            if fits && at = whole.Count && not whole.IsDisposed then
                ValueSome whole
            else
                ValueNone

    /// One vector of all elements, in order; without a copy if the tensors are its pieces.
    let join (tensors: Tensor[]) : Tensor =
        match common tensors with
        | ValueSome whole -> whole
        | ValueNone ->
            let flat = tensors |> Array.map (unary "reshape" (fun t -> t.reshape [| -1L |]))
            mixed "cat" (List.ofArray flat) (fun () -> torch.cat (flat |> Array.map _.Native, 0L))

    /// The pieces of a vector in the shapes of other tensors.
    let cut (like: Tensor[]) (whole: Tensor) : Tensor[] =
        let lengths = like |> Array.map (fun t -> int64 t.Count)
        let mutable at = 0

        several "split" [ whole ] (fun () -> whole.Native.split (lengths, 0L))
        |> Array.map2
            (fun (t: Tensor) (piece: Tensor) ->
                let view =
                    if t.Rank = 1 then
                        piece
                    else
                        unary "view" (fun p -> p.view (Array.map int64 t.Shape)) piece

                view.BelongTo(whole, at)
                at <- at + t.Count
                view)
            like
