module internal Placeholder
let placeholder = ()
