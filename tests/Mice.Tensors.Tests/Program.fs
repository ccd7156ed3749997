module Mice.Tensors.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
