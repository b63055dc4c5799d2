mod limits;
mod properties;
mod rows;
mod values;
