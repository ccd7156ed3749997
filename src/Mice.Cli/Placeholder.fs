module internal Program

[<EntryPoint>]
let main _ = 0
