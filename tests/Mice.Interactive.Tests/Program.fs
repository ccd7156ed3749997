module Mice.Interactive.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
