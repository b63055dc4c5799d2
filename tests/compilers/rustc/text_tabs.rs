fn main() {
	let	count: u32	=	"tabs";	let b: u8 = 'x';
	if count > 2 {
		println!("{}	{}",	count);
    	let spaces = missing;
	}
}
