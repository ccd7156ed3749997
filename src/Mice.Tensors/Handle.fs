namespace Mice.Tensors

open System
open System.Runtime.InteropServices

/// Owns one native tensor; freed once, by its scope, by Dispose or by the garbage collector, whichever comes first.
/// Using it afterwards is an ObjectDisposedException, never a crash.
[<Sealed; AllowNullLiteral>]
type TensorHandle internal (pointer: nativeint, description: int) =
    inherit SafeHandle(IntPtr.Zero, true)
    let mutable pressure = 0L
    do base.SetHandle pointer

    /// Element type (bits 0–7), device (8–19) and rank (from 20), as the library reported them.
    member internal _.Description = description

    /// Set while a scope decides what leaves it.
    member val internal Leaves = false with get, set

    /// True when there is nothing to free.
    override this.IsInvalid = this.handle = IntPtr.Zero

    /// Tells the garbage collector what hangs on this small object, when no scope will free it.
    member internal this.AddPressure() =
        let bytes = Native.mice_bytes this.handle

        if pressure = 0L && bytes >= 4096L then
            pressure <- bytes
            GC.AddMemoryPressure bytes

    /// Frees the native tensor.
    override this.ReleaseHandle() =
        Native.mice_free this.handle

        if pressure > 0L then
            GC.RemoveMemoryPressure pressure

        true

/// Tensors created while a scope is open on this thread.
[<Sealed; AllowNullLiteral>]
type internal Scope private (parent: Scope) =
    let created = ResizeArray<TensorHandle>()
    let mutable crowded = 4096

    [<ThreadStatic; DefaultValue>]
    static val mutable private current: Scope

    static member Open() =
        Scope.current <- Scope(Scope.current)
        Scope.current

    member private _.Register(handle: TensorHandle) =
        created.Add handle

        // A long-lived scope forgets what was freed in the meantime.
        if created.Count > crowded then
            created.RemoveAll(fun h -> h.IsClosed) |> ignore
            crowded <- 2 * created.Count + 4096

    static member private Entrust(handle: TensorHandle, owner: Scope) =
        if isNull owner then
            handle.AddPressure()
        else
            owner.Register handle

    /// Frees what was created inside, except handles that are marked to leave; those become the parent's.
    member _.Close() =
        Scope.current <- parent

        for handle in created do
            if not handle.Leaves then
                handle.Dispose()
            else
                handle.Leaves <- false

                if not handle.IsClosed then
                    Scope.Entrust(handle, parent)

    /// A handle for a pointer that the library gave away, registered with the scope that is open.
    static member Adopt(pointer: nativeint, description: int) =
        let handle = new TensorHandle(pointer, description)
        Scope.Entrust(handle, Scope.current)
        handle
