namespace Mice.Tensors

open System
open System.Collections
open System.Collections.Concurrent
open Microsoft.FSharp.Reflection

/// Finds the tensors inside a value: in tuples, records, unions, options, arrays, lists, maps and whatever implements
/// ITensors. It does not look into closures or other classes.
module internal Leaving =

    type private Reader =
        | Opaque
        | Fields of (obj -> obj[])
        | Collection

    let private readers = ConcurrentDictionary<Type, Reader>()

    let private isPlain (t: Type) =
        t.IsPrimitive || t.IsEnum || t = typeof<string> || t = typeof<decimal>

    let private readerOf (t: Type) =
        if isPlain t || (t.IsArray && isPlain (t.GetElementType())) then
            Opaque
        elif FSharpType.IsTuple t then
            Fields(FSharpValue.PreComputeTupleReader t)
        elif t.IsArray || typeof<ICollection>.IsAssignableFrom t then
            Collection
        elif t.IsGenericType && t.GetGenericTypeDefinition() = typedefof<list<_>> then
            Collection
        elif
            t.IsGenericType
            && typeof<IEnumerable>.IsAssignableFrom t
            && t.Namespace = "Microsoft.FSharp.Collections"
        then
            Collection
        elif FSharpType.IsRecord(t, true) then
            Fields(FSharpValue.PreComputeRecordReader(t, true))
        elif FSharpType.IsUnion(t, true) then
            let tag = FSharpValue.PreComputeUnionTagReader(t, true)

            let cases =
                FSharpType.GetUnionCases(t, true) |> Array.map (fun c -> FSharpValue.PreComputeUnionReader(c, true))

            Fields(fun value -> cases[tag value] value)
        else
            Opaque

    let private makeReader = Func<Type, Reader> readerOf

    let rec forEach (action: Tensor -> unit) (value: obj) : unit =
        match value with
        | null -> ()
        | :? ITensors as held ->
            held.ForEachTensor(fun t ->
                action t

                // A piece keeps its vector, so that the pieces join without a copy.
                match t.Whole with
                | ValueSome(struct (whole, _)) -> action whole
                | ValueNone -> ())
        | _ ->
            match readers.GetOrAdd(value.GetType(), makeReader) with
            | Opaque -> ()
            | Fields read ->
                for field in read value do
                    forEach action field
            | Collection ->
                for item in value :?> IEnumerable do
                    forEach action item
