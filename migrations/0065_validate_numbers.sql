alter table people validate constraint people_number_shape;
